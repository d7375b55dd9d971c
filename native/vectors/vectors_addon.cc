#include <napi.h>

#include <memory>

#include "../promise_worker.h"
#include "vector_file.h"

namespace exr_inspector::vectors {

namespace {

// One call about a file, away from the JS thread.
template <typename Work, typename ToJs>
class FileWorker final : public PromiseWorker {
 public:
  FileWorker(Napi::Env env, std::shared_ptr<VectorFile> file, Work work,
             ToJs to_js)
      : PromiseWorker(env),
        file_(std::move(file)),
        work_(std::move(work)),
        to_js_(std::move(to_js)) {}

  // Arrays of JavaScript that the work reads stay until it is done.
  void Keep(Napi::Object arrays) { kept_ = Napi::Persistent(arrays); }

 private:
  void Run() override { work_(*file_); }
  Napi::Value Result(Napi::Env env) override { return to_js_(env); }

  const std::shared_ptr<VectorFile> file_;
  Work work_;
  ToJs to_js_;
  Napi::ObjectReference kept_;
};

template <typename T>
std::size_t LengthOf(const Napi::TypedArrayOf<T>& array) {
  return array.ElementLength();
}

}  // namespace

// What src/oiio/vectors.ts says of it. Calls may not overlap.
class VectorFileObject final : public Napi::ObjectWrap<VectorFileObject> {
 public:
  static Napi::Function Define(Napi::Env env) {
    return DefineClass(
        env, "VectorFile",
        {InstanceMethod("load", &VectorFileObject::Load),
         InstanceMethod("rows", &VectorFileObject::Rows),
         InstanceMethod("beginAdding", &VectorFileObject::BeginAdding),
         InstanceMethod("add", &VectorFileObject::Add),
         InstanceMethod("endAdding", &VectorFileObject::EndAdding),
         InstanceMethod("find", &VectorFileObject::Find),
         InstanceMethod("close", &VectorFileObject::Close)});
  }

  explicit VectorFileObject(const Napi::CallbackInfo& info)
      : ObjectWrap(info),
        file_(std::make_shared<VectorFile>(
            info[0].As<Napi::String>().Utf8Value())) {}

 private:
  template <typename Work, typename ToJs>
  Napi::Value Start(const Napi::CallbackInfo& info, Work work, ToJs to_js) {
    auto* worker = new FileWorker<Work, ToJs>(
        info.Env(), file_, std::move(work), std::move(to_js));
    auto arrays = Napi::Array::New(info.Env(), info.Length());
    for (std::uint32_t i = 0; i < info.Length(); ++i) arrays[i] = info[i];
    worker->Keep(arrays);
    return worker->Start();
  }

  // load() -> { vectorCount, rowCount, groups, fingerprints }
  Napi::Value Load(const Napi::CallbackInfo& info) {
    return Start(
        info, [](VectorFile& file) { file.Load(); },
        [file = file_](Napi::Env env) -> Napi::Value {
          const auto& groups = file->Groups();
          auto numbers = Napi::Uint32Array::New(env, groups.size());
          auto fingerprints = Napi::BigUint64Array::New(env, groups.size());
          std::size_t i = 0;
          for (const auto& [group, block] : groups) {
            numbers[i] = group;
            fingerprints[i++] = file->BlockAt(block).Head().fingerprint;
          }
          auto result = Napi::Object::New(env);
          result["vectorCount"] = Napi::Number::New(env, file->VectorCount());
          result["rowCount"] =
              Napi::Number::New(env, static_cast<double>(file->RowCount()));
          result["groups"] = numbers;
          result["fingerprints"] = fingerprints;
          return result;
        });
  }

  // rows(vectors, groupRows): the number of each row's vector goes to its place.
  Napi::Value Rows(const Napi::CallbackInfo& info) {
    auto to = info[0].As<Napi::Uint32Array>();
    std::uint32_t* data = to.Data();
    const std::size_t length = LengthOf(to);
    const std::size_t group_rows = info[1].As<Napi::Number>().Uint32Value();
    return Start(
        info,
        [=](VectorFile& file) {
          for (const auto& [group, block] : file.Groups()) {
            const std::size_t start = group * group_rows;
            const auto rows = file.RowsOf(file.BlockAt(block));
            if (start >= length) continue;
            std::copy_n(rows.begin(), std::min(rows.size(), length - start),
                        data + start);
          }
        },
        [](Napi::Env env) { return env.Undefined(); });
  }

  // beginAdding(mode, anew) -> whether nobody else is adding
  Napi::Value BeginAdding(const Napi::CallbackInfo& info) {
    const std::uint32_t mode = info[0].As<Napi::Number>().Uint32Value();
    const bool anew = info[1].As<Napi::Boolean>().Value();
    auto begun = std::make_shared<bool>(false);
    return Start(
        info,
        [=](VectorFile& file) { *begun = file.BeginAdding(mode, anew); },
        [begun](Napi::Env env) { return Napi::Boolean::New(env, *begun); });
  }

  // add(group, fingerprint, rowCount, places, vectors)
  Napi::Value Add(const Napi::CallbackInfo& info) {
    bool lossless = true;
    const std::uint32_t group = info[0].As<Napi::Number>().Uint32Value();
    const std::uint64_t fingerprint =
        info[1].As<Napi::BigInt>().Uint64Value(&lossless);
    const std::uint32_t row_count = info[2].As<Napi::Number>().Uint32Value();
    const auto places = info[3].As<Napi::Uint32Array>();
    const std::uint32_t* place_data = places.Data();
    const float* vectors = info[4].As<Napi::Float32Array>().Data();
    const std::size_t count = LengthOf(places);
    return Start(
        info,
        [=](VectorFile& file) {
          file.Add(group, fingerprint, row_count, place_data, vectors, count);
        },
        [](Napi::Env env) { return env.Undefined(); });
  }

  void EndAdding(const Napi::CallbackInfo&) { file_->EndAdding(); }

  // find(query, wanted, most, enough, portable) -> { vectors, similarities, bound }
  Napi::Value Find(const Napi::CallbackInfo& info) {
    const auto wanted = info[1].As<Napi::Uint8Array>();
    const Scan scan{Query(info[0].As<Napi::Float32Array>().Data()),
                    wanted.Data(), LengthOf(wanted),
                    info[2].As<Napi::Number>().Uint32Value(),
                    info[3].As<Napi::Number>().Uint32Value(),
                    info[4].As<Napi::Boolean>().Value()};
    auto found = std::make_shared<Found>();
    return Start(
        info, [=](VectorFile& file) { *found = file.Find(scan); },
        [found](Napi::Env env) -> Napi::Value {
          const std::size_t count = found->vectors.size();
          auto vectors = Napi::Uint32Array::New(env, count);
          auto similarities = Napi::Float64Array::New(env, count);
          std::copy_n(found->vectors.begin(), count, vectors.Data());
          std::copy_n(found->similarities.begin(), count, similarities.Data());
          auto result = Napi::Object::New(env);
          result["vectors"] = vectors;
          result["similarities"] = similarities;
          result["bound"] = Napi::Number::New(env, found->bound);
          return result;
        });
  }

  void Close(const Napi::CallbackInfo&) { file_->Close(); }

  const std::shared_ptr<VectorFile> file_;
};

// Apart from the addon that reads images: its libraries take a third of a second
// to load, which a search does not need.
class VectorsAddon final : public Napi::Addon<VectorsAddon> {
 public:
  VectorsAddon(Napi::Env env, Napi::Object exports) {
    DefineAddon(exports, {InstanceValue("VectorFile",
                                        VectorFileObject::Define(env))});
  }
};

NODE_API_ADDON(VectorsAddon)

}  // namespace exr_inspector::vectors
