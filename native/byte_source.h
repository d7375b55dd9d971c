#ifndef EXR_INSPECTOR_BYTE_SOURCE_H_
#define EXR_INSPECTOR_BYTE_SOURCE_H_

#include <OpenImageIO/filesystem.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace exr_inspector {

// Bytes that JavaScript supplies; `data` stays the caller's.
struct SuppliedBytes {
  int64_t start = 0;
  const unsigned char* data = nullptr;
  size_t length = 0;
};

// Half-open byte range of the whole file.
struct Gap {
  int64_t start = 0;
  int64_t end_exclusive = 0;
};

// IOProxy::tell() became const in OpenImageIO 3.2; this overrides the form that
// the OpenImageIO at hand has.
template <typename Proxy, typename Tell = decltype(&Proxy::tell)>
class TellingProxy;

template <typename Proxy>
class TellingProxy<Proxy, int64_t (Proxy::*)()> : public Proxy {
 public:
  using Proxy::Proxy;
  int64_t tell() override { return Position(); }

 protected:
  virtual int64_t Position() const = 0;
};

template <typename Proxy>
class TellingProxy<Proxy, int64_t (Proxy::*)() const> : public Proxy {
 public:
  using Proxy::Proxy;
  int64_t tell() const override { return Position(); }

 protected:
  virtual int64_t Position() const = 0;
};

// What OpenImageIO reads from. Knows the size of the whole file even where only
// some of its bytes are there, and remembers why a read came back short:
// missing bytes and failed reads are not the end of the file. Used by one
// thread at a time.
class ByteSource : public TellingProxy<OIIO::Filesystem::IOProxy> {
 public:
  const char* proxytype() const override { return "exr-inspector"; }
  bool seek(int64_t offset) override;
  // For readers that want all of `length` or fail: the classic one. Any byte
  // missing is a gap.
  size_t read(void* buffer, size_t length) override;
  // For readers that read ahead and go on with less: the core one. It is a gap
  // only when the first byte is missing.
  size_t pread(void* buffer, size_t length, int64_t offset) override;
  size_t size() const override { return static_cast<size_t>(size_); }

  // Starts over for another reader: position, spent bytes and what went wrong.
  void Rewind();

  // Before OpenImageIO 3.2 its core reader asks tell() when OpenEXR asks for
  // the size of the file. An honest position, zero, would switch off OpenEXR's
  // checks of claimed sizes against the file's size.
  void AnswerTellWithSize(bool enabled) { tell_is_size_ = enabled; }

  // The missing bytes touched last, if any were.
  const std::optional<Gap>& gap() const { return gap_; }
  bool limit_reached() const { return limit_reached_; }
  // errno of a failed read, zero when none failed.
  int error_number() const { return error_number_; }

 protected:
  ByteSource(const std::string& name, int64_t size, int64_t read_limit);
  int64_t Position() const override;

  // Copies what is there from `offset` on, at most `length` bytes, all inside
  // the file.
  virtual size_t Fetch(void* buffer, size_t length, int64_t offset) = 0;
  // Whether a short Fetch() means missing bytes; else the file has shrunk.
  virtual bool has_gaps() const = 0;
  void NoteError(int error_number) { error_number_ = error_number; }

 private:
  struct Transfer {
    size_t wanted = 0;
    size_t done = 0;
  };
  Transfer Copy(void* buffer, size_t length, int64_t offset);
  void NoteGap(const Transfer& transfer, int64_t offset);

  const int64_t size_;
  const int64_t read_limit_;
  int64_t spent_ = 0;
  bool tell_is_size_ = false;
  bool limit_reached_ = false;
  int error_number_ = 0;
  std::optional<Gap> gap_;
};

// A regular file. Never copied, so the descriptor is closed exactly once.
class FileSource final : public ByteSource {
 public:
  // Takes over `descriptor`.
  FileSource(const std::string& name, int descriptor, int64_t size,
             int64_t read_limit);
  ~FileSource() override;

  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;

 protected:
  size_t Fetch(void* buffer, size_t length, int64_t offset) override;
  bool has_gaps() const override { return false; }

 private:
  const int descriptor_;
};

// Some ranges of a file that lies elsewhere. At the offsets `hidden`, which
// rise, it has a byte with which no type begins. Both must outlive it.
class RangeSource final : public ByteSource {
 public:
  RangeSource(const std::string& name, int64_t size,
              const std::vector<SuppliedBytes>& ranges,
              const std::vector<int64_t>& hidden, int64_t read_limit);

 protected:
  size_t Fetch(void* buffer, size_t length, int64_t offset) override;
  bool has_gaps() const override { return true; }

 private:
  void Hide(unsigned char* buffer, size_t length, int64_t offset) const;

  const std::vector<SuppliedBytes>& ranges_;
  const std::vector<int64_t>& hidden_;
};

}  // namespace exr_inspector

#endif  // EXR_INSPECTOR_BYTE_SOURCE_H_
