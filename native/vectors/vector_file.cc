#include "vector_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "threads.h"

namespace exr_inspector::vectors {

namespace {

[[noreturn]] void Fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

// What lies there must be a file itself: another would be written through a link,
// and a pipe that nobody writes to is waited for without an end.
OpenFile OpenPath(const std::string& path, int flags, mode_t mode = 0) {
  int descriptor = -1;
  do {
    descriptor = open(path.c_str(),
                      flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, mode);
  } while (descriptor < 0 && errno == EINTR);
  OpenFile file(descriptor);
  struct stat found {};
  if (file.IsOpen() &&
      (fstat(descriptor, &found) != 0 || !S_ISREG(found.st_mode))) {
    file.Close();
    errno = EINVAL;
  }
  return file;
}

// Blocks that are looked at before those behind them.
constexpr std::size_t kMostAtOnce = 64;

// Whether a name still leads to an open file.
bool IsAt(const std::string& path, const OpenFile& file) {
  struct stat named {};
  struct stat opened {};
  return lstat(path.c_str(), &named) == 0 &&
         fstat(file.Descriptor(), &opened) == 0 &&
         named.st_ino == opened.st_ino && named.st_dev == opened.st_dev;
}

}  // namespace

OpenFile& OpenFile::operator=(OpenFile&& other) noexcept {
  if (this == &other) return *this;
  Close();
  descriptor_ = other.descriptor_;
  other.descriptor_ = -1;
  return *this;
}

std::uint64_t OpenFile::Size() const {
  struct stat found {};
  if (fstat(descriptor_, &found) != 0) Fail("fstat");
  return static_cast<std::uint64_t>(found.st_size);
}

void OpenFile::Read(std::uint64_t offset, void* bytes, std::size_t size) const {
  auto* to = static_cast<char*>(bytes);
  while (size > 0) {
    const ssize_t count =
        pread(descriptor_, to, size, static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) Fail("read");
    if (count == 0) throw std::runtime_error("the file ends too early");
    to += count;
    offset += static_cast<std::uint64_t>(count);
    size -= static_cast<std::size_t>(count);
  }
}

void OpenFile::Write(std::uint64_t offset, const void* bytes,
                     std::size_t size) const {
  const auto* from = static_cast<const char*>(bytes);
  while (size > 0) {
    const ssize_t count =
        pwrite(descriptor_, from, size, static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) Fail("write");
    from += count;
    offset += static_cast<std::uint64_t>(count);
    size -= static_cast<std::size_t>(count);
  }
}

void OpenFile::Close() {
  if (descriptor_ >= 0) close(descriptor_);
  descriptor_ = -1;
}

void VectorFile::Load() {
  // Another process may have started a new file. What comes in the place of what
  // was cut off has other blocks.
  if (file_.IsOpen() && (!IsAt(path_, file_) || file_.Size() < end_)) Forget();
  if (!file_.IsOpen()) file_ = OpenPath(path_, O_RDONLY);
  if (!file_.IsOpen()) return;
  const std::uint64_t size = file_.Size();
  if (end_ == 0) {
    char magic[kMagicBytes];
    if (size < kMagicBytes) return;
    file_.Read(0, magic, kMagicBytes);
    if (std::memcmp(magic, kMagic, kMagicBytes) != 0) return;
    end_ = kMagicBytes;
  }
  while (TakeSome(size)) continue;
}

bool VectorFile::TakeSome(std::uint64_t size) {
  std::vector<BlockPlace> candidates;
  std::uint64_t at = end_;
  std::uint64_t next_vector = vector_count_;
  while (candidates.size() < kMostAtOnce && at + sizeof(BlockHead) <= size) {
    BlockHead head;
    file_.Read(at, &head, sizeof(head));
    const BlockPlace block(at, head);
    const bool fits = head.vector_count <= head.row_count &&
                      head.row_count <= kMostRows && block.End() <= size &&
                      head.first_vector == next_vector &&
                      next_vector + head.vector_count < kNoVector;
    if (!fits) break;
    next_vector += head.vector_count;
    candidates.push_back(block);
    at = block.End();
  }
  std::vector<char> whole(candidates.size());
  ForEach(candidates.size(), [&](std::size_t, std::size_t i) {
    whole[i] = IsWhole(candidates[i]) ? 1 : 0;
  });
  std::size_t taken = 0;
  while (taken < candidates.size() && whole[taken]) Take(candidates[taken++]);
  return taken == kMostAtOnce;
}

bool VectorFile::IsWhole(const BlockPlace& block) const {
  std::vector<std::uint8_t> bytes(block.Numbers() - block.Offset());
  file_.Read(block.Offset(), bytes.data(), bytes.size());
  if (ChecksumOf(bytes.data(), bytes.size()) != block.Head().checksum) {
    return false;
  }
  // Numbers of vectors are places in arrays: only those that are there count.
  std::vector<std::uint32_t> rows(block.Head().row_count);
  if (!rows.empty()) {
    std::memcpy(rows.data(), bytes.data() + (block.Rows() - block.Offset()),
                rows.size() * sizeof(std::uint32_t));
  }
  const std::uint32_t known =
      block.Head().first_vector + block.Head().vector_count;
  for (const std::uint32_t row : rows) {
    if (row >= known && row != kNoVector) return false;
  }
  return true;
}

void VectorFile::Take(const BlockPlace& block) {
  groups_[block.Head().group] = blocks_.size();
  blocks_.push_back(block);
  vector_count_ += block.Head().vector_count;
  row_count_ += block.Head().row_count;
  end_ = block.End();
}

void VectorFile::Forget() {
  file_.Close();
  end_ = 0;
  blocks_.clear();
  groups_.clear();
  vector_count_ = 0;
  row_count_ = 0;
}

bool VectorFile::HasTail() const {
  return file_.IsOpen() && file_.Size() != end_;
}

std::vector<std::uint32_t> VectorFile::RowsOf(const BlockPlace& block) const {
  std::vector<std::uint32_t> rows(block.Head().row_count);
  file_.Read(block.Rows(), rows.data(), rows.size() * sizeof(std::uint32_t));
  return rows;
}

bool VectorFile::BeginAdding(std::uint32_t mode, bool anew) {
  if (anew) {
    Forget();
    unlink(path_.c_str());
  }
  OpenFile file = OpenPath(path_, O_RDWR | O_CREAT, static_cast<mode_t>(mode));
  if (!file.IsOpen()) Fail("open");
  // Given up by the system with the process, however that ends.
  if (flock(file.Descriptor(), LOCK_EX | LOCK_NB) != 0) return false;
  if (!IsAt(path_, file)) return false;
  if (file.Size() == 0) file.Write(0, kMagic, kMagicBytes);
  Load();
  if (!file_.IsOpen()) Fail("open");
  // What a process that was killed left, or another kind of file.
  if (HasTail()) return !anew && BeginAdding(mode, true);
  numbers_.emplace();
  numbers_->reserve(vector_count_);
  for (const BlockPlace& block : blocks_) {
    std::vector<VectorKey> keys(block.Head().vector_count);
    file_.Read(block.Keys(), keys.data(), keys.size() * sizeof(VectorKey));
    std::uint32_t number = block.Head().first_vector;
    for (const VectorKey& key : keys) numbers_->emplace(key, number++);
  }
  adding_ = std::move(file);
  return true;
}

void VectorFile::Add(std::uint32_t group, std::uint64_t fingerprint,
                     std::uint32_t row_count, const std::uint32_t* places,
                     const float* vectors, std::size_t count) {
  std::vector<std::uint32_t> rows(row_count, kNoVector);
  std::vector<const float*> added;
  std::vector<VectorKey> keys;
  for (std::size_t i = 0; i < count; ++i, vectors += kDimension) {
    const VectorKey key = KeyOf(vectors);
    const auto number =
        vector_count_ + static_cast<std::uint32_t>(added.size());
    const auto [known, is_new] = numbers_->try_emplace(key, number);
    if (is_new) {
      added.push_back(vectors);
      keys.push_back(key);
    }
    rows[places[i]] = known->second;
  }
  const BlockHead head{0, vector_count_, 0, group, 0, fingerprint};
  const auto bytes = BlockBytes(head, rows, added, keys);
  try {
    adding_.Write(end_, bytes.data(), bytes.size());
  } catch (...) {
    // A disk that is full is needed for the catalog.
    if (IsAt(path_, adding_)) unlink(path_.c_str());
    Close();
    throw;
  }
  BlockHead written;
  std::memcpy(&written, bytes.data(), sizeof(written));
  Take(BlockPlace(end_, written));
}

void VectorFile::EndAdding() {
  numbers_.reset();
  adding_.Close();
}

void VectorFile::Close() {
  EndAdding();
  Forget();
}

}  // namespace exr_inspector::vectors
