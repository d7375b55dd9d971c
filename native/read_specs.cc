#include "read_specs.h"

#include <string>
#include <utility>
#include <vector>

#include "addon.h"
#include "image_spec.h"
#include "promise_worker.h"
#include "to_js.h"

#ifdef EXR_INSPECTOR_FAULTS
#include "injected_fault.h"
#endif

namespace exr_inspector {
namespace {

struct SpecBatch {
  std::vector<SpecSource> sources;
  int64_t read_limit = 0;
};

SuppliedBytes ToSuppliedBytes(const Napi::Object& range) {
  const auto bytes = range.Get("bytes").As<Napi::Uint8Array>();
  return {range.Get("start").As<Napi::Number>().Int64Value(), bytes.Data(),
          bytes.ByteLength()};
}

std::vector<std::string> ToTexts(const Napi::Array& array) {
  std::vector<std::string> texts;
  texts.reserve(array.Length());
  for (uint32_t index = 0; index < array.Length(); ++index) {
    texts.push_back(array.Get(index).As<Napi::String>().Utf8Value());
  }
  return texts;
}

SpecSource ToSpecSource(const Napi::Object& object) {
  SpecSource source;
  const Napi::Value path = object.Get("path");
  source.is_file = !path.IsUndefined();
  if (source.is_file) {
    source.name = ToPath(path);
    return source;
  }
  source.name = object.Get("name").As<Napi::String>().Utf8Value();
  source.size = object.Get("sizeBytes").As<Napi::Number>().Int64Value();
  const auto ranges = object.Get("ranges").As<Napi::Array>();
  source.ranges.reserve(ranges.Length());
  for (uint32_t index = 0; index < ranges.Length(); ++index) {
    source.ranges.push_back(
        ToSuppliedBytes(ranges.Get(index).As<Napi::Object>()));
  }
  const Napi::Value hidden = object.Get("hidden");
  if (!hidden.IsUndefined()) {
    const auto offsets = hidden.As<Napi::Float64Array>();
    source.hidden.assign(offsets.Data(),
                         offsets.Data() + offsets.ElementLength());
  }
  const Napi::Value known = object.Get("knownNames");
  if (!known.IsUndefined())
    source.known_names = ToTexts(known.As<Napi::Array>());
  return source;
}

SpecBatch ToSpecBatch(const Napi::CallbackInfo& info) {
  SpecBatch batch;
  const auto sources = info[0].As<Napi::Array>();
  batch.read_limit = info[1].As<Napi::Number>().Int64Value();
  batch.sources.reserve(sources.Length());
  for (uint32_t index = 0; index < sources.Length(); ++index) {
    const Napi::HandleScope scope(info.Env());
    batch.sources.push_back(
        ToSpecSource(sources.Get(index).As<Napi::Object>()));
  }
  return batch;
}

void CopyBytes(SpecBatch& batch) {
  for (SpecSource& source : batch.sources) {
    source.copies.reserve(source.ranges.size());
    for (SuppliedBytes& range : source.ranges) {
      const auto& copy =
          source.copies.emplace_back(range.data, range.data + range.length);
      range.data = copy.data();
    }
  }
}

std::vector<SpecResult> ReadAll(const SpecBatch& batch) {
  std::vector<SpecResult> results;
  results.reserve(batch.sources.size());
  for (const SpecSource& source : batch.sources) {
#ifdef EXR_INSPECTOR_FAULTS
    InjectFault(source.name);
#endif
    results.push_back(ReadSpec(source, batch.read_limit));
  }
  return results;
}

AnswerMemory& AnswersOf(Napi::Env env) {
  return env.GetInstanceData<ExrInspectorAddon>()->answers();
}

class ReadSpecsWorker final : public PromiseWorker {
 public:
  ReadSpecsWorker(Napi::Env env, SpecBatch batch)
      : PromiseWorker(env), batch_(std::move(batch)) {}

 private:
  void Run() override { results_ = ReadAll(batch_); }
  Napi::Value Result(Napi::Env env) override {
    return ToJs(env, batch_.sources, results_, AnswersOf(env));
  }

  const SpecBatch batch_;
  std::vector<SpecResult> results_;
};

}  // namespace

std::string ToPath(const Napi::Value& value) {
  if (value.IsString()) return value.As<Napi::String>().Utf8Value();
  const auto bytes = value.As<Napi::Uint8Array>();
  return std::string(reinterpret_cast<const char*>(bytes.Data()),
                     bytes.ByteLength());
}

Napi::Value ReadSpecs(const Napi::CallbackInfo& info) {
  return RethrowAsJs(info.Env(), [&] {
    const SpecBatch batch = ToSpecBatch(info);
    return ToJs(info.Env(), batch.sources, ReadAll(batch),
                AnswersOf(info.Env()));
  });
}

Napi::Value ReadSpecsAsync(const Napi::CallbackInfo& info) {
  return RethrowAsJs(info.Env(), [&]() -> Napi::Value {
    SpecBatch batch = ToSpecBatch(info);
    CopyBytes(batch);
    // Node-API destroys the worker after it has settled its promise.
    return (new ReadSpecsWorker(info.Env(), std::move(batch)))->Start();
  });
}

Napi::Value LibraryVersions(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  auto versions = Napi::Object::New(env);
  const int packed = OIIO::openimageio_version();
  versions.Set("oiio", std::to_string(packed / 10000) + "." +
                           std::to_string(packed / 100 % 100) + "." +
                           std::to_string(packed % 100));
  versions.Set("libraries", OIIO::get_string_attribute("library_list"));
  return versions;
}

}  // namespace exr_inspector
