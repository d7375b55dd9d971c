#include "write_image.h"

#include <OpenImageIO/imageio.h>

#include <stdexcept>
#include <string>
#include <utility>

#include "promise_worker.h"

namespace exr_inspector {

namespace {

class WriteImageWorker final : public PromiseWorker {
 public:
  WriteImageWorker(Napi::Env env, std::string path, OIIO::ImageSpec spec,
                   const Napi::Uint8Array& bytes)
      : PromiseWorker(env),
        path_(std::move(path)),
        spec_(std::move(spec)),
        bytes_(bytes.Data(), bytes.Data() + bytes.ElementLength()) {}

 private:
  void Run() override {
    const auto output = OIIO::ImageOutput::create(path_);
    if (!output) throw std::runtime_error(OIIO::geterror());
    if (!output->open(path_, spec_) ||
        !output->write_image(OIIO::TypeDesc::UINT8, bytes_.data()) ||
        !output->close()) {
      throw std::runtime_error(output->geterror());
    }
  }
  Napi::Value Result(Napi::Env env) override { return env.Undefined(); }

  const std::string path_;
  const OIIO::ImageSpec spec_;
  const std::vector<unsigned char> bytes_;
};

}  // namespace

Napi::Value WriteImage(const Napi::CallbackInfo& info) {
  const auto number = [&](size_t i) {
    return info[i].As<Napi::Number>().Int32Value();
  };
  OIIO::ImageSpec spec(number(1), number(2), number(3), OIIO::TypeDesc::UINT8);
  const auto bytes = info[4].As<Napi::Uint8Array>();
  if (bytes.ElementLength() != static_cast<size_t>(spec.image_bytes())) {
    throw Napi::Error::New(info.Env(), "bytes and size differ");
  }
  // The samples are not multiplied by their alpha.
  spec.attribute("oiio:UnassociatedAlpha", 1);
  spec.attribute("oiio:ColorSpace", "sRGB");
  spec.attribute("CompressionQuality", 90);
  auto* worker =
      new WriteImageWorker(info.Env(), info[0].As<Napi::String>().Utf8Value(),
                           std::move(spec), bytes);
  return worker->Start();
}

}  // namespace exr_inspector
