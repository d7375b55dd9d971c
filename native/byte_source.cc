#include "byte_source.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace exr_inspector {
namespace {

// First byte of a type that no reader knows.
constexpr unsigned char kNoType = '_';

}  // namespace

ByteSource::ByteSource(const std::string& name, int64_t size,
                       int64_t read_limit)
    : TellingProxy(name, IOProxy::Read), size_(size), read_limit_(read_limit) {}

bool ByteSource::seek(int64_t offset) {
  if (offset < 0) return false;
  m_pos = offset;
  return true;
}

int64_t ByteSource::Position() const { return tell_is_size_ ? size_ : m_pos; }

size_t ByteSource::read(void* buffer, size_t length) {
  const Transfer transfer = Copy(buffer, length, m_pos);
  if (transfer.done < transfer.wanted) NoteGap(transfer, m_pos);
  m_pos += static_cast<int64_t>(transfer.done);
  return transfer.done;
}

size_t ByteSource::pread(void* buffer, size_t length, int64_t offset) {
  const Transfer transfer = Copy(buffer, length, offset);
  if (transfer.done == 0 && transfer.wanted > 0) NoteGap(transfer, offset);
  return transfer.done;
}

ByteSource::Transfer ByteSource::Copy(void* buffer, size_t length,
                                      int64_t offset) {
  if (offset < 0 || offset >= size_) return {};
  const auto room = static_cast<uint64_t>(size_ - offset);
  const auto wanted = static_cast<size_t>(std::min<uint64_t>(length, room));
  if (limit_reached_ || static_cast<uint64_t>(read_limit_ - spent_) < wanted) {
    limit_reached_ = true;
    return {};
  }
  const size_t done = Fetch(buffer, wanted, offset);
  spent_ += static_cast<int64_t>(done);
  return {wanted, done};
}

void ByteSource::NoteGap(const Transfer& transfer, int64_t offset) {
  if (!has_gaps()) return;
  gap_ = Gap{offset + static_cast<int64_t>(transfer.done),
             offset + static_cast<int64_t>(transfer.wanted)};
}

void ByteSource::Rewind() {
  m_pos = 0;
  spent_ = 0;
  limit_reached_ = false;
  error_number_ = 0;
  gap_.reset();
}

FileSource::FileSource(const std::string& name, int descriptor, int64_t size,
                       int64_t read_limit)
    : ByteSource(name, size, read_limit), descriptor_(descriptor) {}

FileSource::~FileSource() { ::close(descriptor_); }

size_t FileSource::Fetch(void* buffer, size_t length, int64_t offset) {
  size_t done = 0;
  while (done < length) {
    const ssize_t count =
        ::pread(descriptor_, static_cast<char*>(buffer) + done, length - done,
                static_cast<off_t>(offset + static_cast<int64_t>(done)));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) NoteError(errno);
    // Zero: the file has become shorter since it was opened, so this is its end
    // now.
    if (count <= 0) break;
    done += static_cast<size_t>(count);
  }
  return done;
}

RangeSource::RangeSource(const std::string& name, int64_t size,
                         const std::vector<SuppliedBytes>& ranges,
                         const std::vector<int64_t>& hidden, int64_t read_limit)
    : ByteSource(name, size, read_limit), ranges_(ranges), hidden_(hidden) {}

size_t RangeSource::Fetch(void* buffer, size_t length, int64_t offset) {
  size_t done = 0;
  while (done < length) {
    const int64_t position = offset + static_cast<int64_t>(done);
    const auto holder = std::find_if(
        ranges_.begin(), ranges_.end(), [position](const SuppliedBytes& range) {
          return range.start <= position &&
                 position - range.start < static_cast<int64_t>(range.length);
        });
    if (holder == ranges_.end()) break;
    const auto skip = static_cast<size_t>(position - holder->start);
    const size_t count = std::min(length - done, holder->length - skip);
    std::memcpy(static_cast<char*>(buffer) + done, holder->data + skip, count);
    done += count;
  }
  Hide(static_cast<unsigned char*>(buffer), done, offset);
  return done;
}

void RangeSource::Hide(unsigned char* buffer, size_t length,
                       int64_t offset) const {
  const int64_t end = offset + static_cast<int64_t>(length);
  auto place = std::lower_bound(hidden_.begin(), hidden_.end(), offset);
  for (; place != hidden_.end() && *place < end; ++place)
    buffer[*place - offset] = kNoType;
}

}  // namespace exr_inspector
