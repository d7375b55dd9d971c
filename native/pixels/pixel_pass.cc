#include "pixel_pass.h"

#include <new>
#include <utility>

#include "../promise_worker.h"
#include "from_js.h"
#include "results_to_js.h"

namespace exr_inspector::pixels {

namespace {

// A message or null for each chunk.
Napi::Array FailuresToJs(Napi::Env env,
                         const std::vector<std::string>& failures) {
  Napi::Array list = Napi::Array::New(env, failures.size());
  for (uint32_t i = 0; i < failures.size(); i++) {
    list[i] = failures[i].empty()
                  ? env.Null()
                  : Napi::Value(Napi::String::New(env, failures[i]));
  }
  return list;
}

// Decodes one batch. Keeps the pass and the bytes alive until it is done.
class DecodeWorker final : public PromiseWorker {
 public:
  DecodeWorker(Napi::Env env, PixelPass& pass, const Napi::Object& owner,
               const Napi::Value& bytes, std::vector<PackedChunk> chunks)
      : PromiseWorker(env), pass_(pass), chunks_(std::move(chunks)) {
    owner_ = Napi::Persistent(owner);
    bytes_ = Napi::Persistent(bytes.As<Napi::Object>());
  }

 private:
  void Run() override { failures_ = pass_.Run(chunks_, nullptr); }

  Napi::Value Result(Napi::Env env) override {
    pass_.SetBusy(false);
    return FailuresToJs(env, failures_);
  }

  PixelPass& pass_;
  std::vector<PackedChunk> chunks_;
  std::vector<std::string> failures_;
  Napi::ObjectReference owner_;
  Napi::ObjectReference bytes_;
};

// Reads and decodes one batch. Keeps the pass alive until it is done.
class DecodeFileWorker final : public PromiseWorker {
 public:
  DecodeFileWorker(Napi::Env env, PixelPass& pass, const Napi::Object& owner,
                   OpenChunks file, std::vector<PackedChunk> chunks)
      : PromiseWorker(env),
        pass_(pass),
        from_(std::move(file)),
        chunks_(std::move(chunks)) {
    owner_ = Napi::Persistent(owner);
  }

 private:
  void Run() override {
    const uint64_t reads = pass_.file().reads;
    const uint64_t bytes = pass_.file().bytes;
    try {
      failures_ = pass_.Run(chunks_, &from_);
    } catch (const ReadFailure& failure) {
      error_number_ = failure.error_number;
    }
    reads_ = pass_.file().reads - reads;
    bytes_ = pass_.file().bytes - bytes;
  }

  Napi::Value Result(Napi::Env env) override {
    pass_.SetBusy(false);
    Napi::Object result = Napi::Object::New(env);
    result.Set("failures", FailuresToJs(env, failures_));
    result.Set("reads", static_cast<double>(reads_));
    result.Set("bytes", static_cast<double>(bytes_));
    result.Set("errorNumber", error_number_);
    return result;
  }

  PixelPass& pass_;
  const OpenChunks from_;
  std::vector<PackedChunk> chunks_;
  std::vector<std::string> failures_;
  int error_number_ = 0;
  uint64_t reads_ = 0;
  uint64_t bytes_ = 0;
  Napi::ObjectReference owner_;
};

// Encodes the area that a pass holds. Keeps the pass alive until it is done.
class RecodeWorker final : public PromiseWorker {
 public:
  RecodeWorker(Napi::Env env, PixelPass& pass, const Napi::Object& owner,
               std::vector<Compression> compressions)
      : PromiseWorker(env), pass_(pass), compressions_(std::move(compressions)) {
    owner_ = Napi::Persistent(owner);
  }

 private:
  void Run() override { bytes_ = pass_.Recode(compressions_); }

  Napi::Value Result(Napi::Env env) override {
    pass_.SetBusy(false);
    Napi::Array list = Napi::Array::New(env, bytes_.size());
    for (uint32_t i = 0; i < bytes_.size(); i++) list[i] = bytes_[i];
    return list;
  }

  PixelPass& pass_;
  const std::vector<Compression> compressions_;
  std::vector<double> bytes_;
  Napi::ObjectReference owner_;
};

}  // namespace

Napi::Function PixelPass::Define(Napi::Env env) {
  return DefineClass(env, "PixelPass",
                     {InstanceMethod<&PixelPass::Decode>("decode"),
                      InstanceMethod<&PixelPass::DecodeFile>("decodeFile"),
                      InstanceMethod<&PixelPass::StartBand>("startBand"),
                      InstanceMethod<&PixelPass::StartArea>("startArea"),
                      InstanceMethod<&PixelPass::RecodeAsync>("recode"),
                      InstanceMethod<&PixelPass::Finish>("finish")});
}

PixelPass::PixelPass(const Napi::CallbackInfo& info)
    : ObjectWrap(info) {
  const auto request = info[0].As<Napi::Object>();
  try {
    decoder_ = std::make_unique<ChunkDecoder>(
        ToLayout(request.Get("layout").As<Napi::Object>()));
    const PartLayout& layout = decoder_->layout();
    file_ = std::make_unique<ChunkFile>(layout);
    if (request.Get("stats").ToBoolean()) {
      stats_ = std::make_unique<StatsSink>(layout);
      sinks_.push_back(stats_.get());
    }
    if (request.Get("deep").ToBoolean() && layout.is_deep) {
      deep_ = std::make_unique<DeepSink>(layout);
      sinks_.push_back(deep_.get());
    }
    if (const Napi::Value hash = request.Get("hash"); hash.IsNumber()) {
      hash_ = std::make_unique<HashSink>(
          layout, static_cast<HashAlgorithm>(ToInt32(hash)));
      sinks_.push_back(hash_.get());
    }
    if (const Napi::Value frame = request.Get("frame"); frame.IsArray()) {
      const auto list = frame.As<Napi::Array>();
      std::vector<FrameRole> roles(layout.channels.size());
      for (uint32_t c = 0; c < roles.size(); c++) {
        roles[c] = static_cast<FrameRole>(ToInt32(list.Get(c)));
      }
      frame_ = std::make_unique<FrameSink>(layout, std::move(roles));
      sinks_.push_back(frame_.get());
    }
    if (const Napi::Value ids = request.Get("ids"); ids.IsTypedArray()) {
      ids_ = std::make_unique<IdSink>(
          layout, ToIdChannels(ids.As<Napi::Int32Array>()));
      sinks_.push_back(ids_.get());
    }
    if (const Napi::Value reduce = request.Get("reduce"); reduce.IsObject()) {
      const auto grid = reduce.As<Napi::Object>();
      const auto wanted = grid.Get("channels").As<Napi::Array>();
      std::vector<bool> channels;
      for (uint32_t c = 0; c < wanted.Length(); c++) {
        channels.push_back(wanted.Get(c).ToBoolean());
      }
      const auto number = [&](const char* name) {
        return int64_t{ToInt32(grid.Get(name))};
      };
      const ReduceSink::Area area{number("x"),         number("y"),
                                  number("width"),     number("height"),
                                  number("gridWidth"), number("gridHeight"),
                                  grid.Get("countsSamples").ToBoolean(),
                                  number("firstRow"),  number("endRow")};
      reduce_ = std::make_unique<ReduceSink>(layout, area, channels);
      sinks_.push_back(reduce_.get());
    }
    if (const Napi::Value at = request.Get("samples"); at.IsObject()) {
      const auto pixel = at.As<Napi::Object>();
      samples_ = std::make_unique<PixelSamplesSink>(
          layout, ToInt32(pixel.Get("x")), ToInt32(pixel.Get("y")),
          ToInt32(pixel.Get("most")));
      sinks_.push_back(samples_.get());
    }
    if (request.Get("band").ToBoolean()) {
      band_ = std::make_unique<BandSink>(layout);
      sinks_.push_back(band_.get());
    }
    if (request.Get("recode").ToBoolean()) {
      recode_ = std::make_unique<RecodeSink>(layout);
      sinks_.push_back(recode_.get());
    }
    if (const Napi::Value value = request.Get("compare"); value.IsObject()) {
      const auto compare = value.As<Napi::Object>();
      const auto other = compare.Get("with").As<Napi::Object>();
      const auto list = compare.Get("partners").As<Napi::Array>();
      std::vector<int> partners;
      for (uint32_t c = 0; c < list.Length(); c++) {
        partners.push_back(ToInt32(list.Get(c)));
      }
      CompareLimits limits{
          compare.Get("warn").As<Napi::Number>().DoubleValue(),
          compare.Get("fail").As<Napi::Number>().DoubleValue(),
          compare.Get("isStrict").ToBoolean()};
      if (const Napi::Value area = compare.Get("except"); area.IsObject()) {
        const auto box = area.As<Napi::Object>();
        limits.except = {ToInt32(box.Get("x")), ToInt32(box.Get("y")),
                         ToInt32(box.Get("width")),
                         ToInt32(box.Get("height"))};
      }
      compare_ = std::make_unique<CompareSink>(
          layout, *Unwrap(other)->band_, std::move(partners), limits,
          ToInt32(compare.Get("mapWidth")), ToInt32(compare.Get("mapHeight")));
      other_ = Napi::Persistent(other);
      sinks_.push_back(compare_.get());
    }
  } catch (const std::exception& failure) {
    throw Napi::Error::New(info.Env(), failure.what());
  }
}

std::vector<std::string> PixelPass::Run(std::vector<PackedChunk>& chunks,
                                        const OpenChunks* file) {
  std::vector<std::string> failures;
  for (size_t i = 0; i < chunks.size(); i++) {
    PackedChunk& chunk = chunks[i];
    failures.emplace_back();
    try {
      if (file != nullptr) {
        chunk.bytes = file_->Read(file->descriptor, file->spans[i], chunk.place);
      }
      decoder_->Decode(chunk, sinks_);
    } catch (const ChunkFailure& failure) {
      failures.back() = failure.what();
    } catch (const std::bad_alloc&) {
      failures.back() = "needs more memory than there is";
    }
    if (failures.back().empty()) continue;
    for (RowSink* sink : sinks_) sink->LoseChunk(chunk.place);
  }
  return failures;
}

Napi::Value PixelPass::Decode(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (is_busy_) throw Napi::Error::New(env, "a batch is being decoded");
  auto* worker = new DecodeWorker(env, *this, info.This().As<Napi::Object>(),
                                  info[0], ToChunks(info[0], info[1], info[2]));
  is_busy_ = true;
  return worker->Start();
}

Napi::Value PixelPass::DecodeFile(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (is_busy_) throw Napi::Error::New(env, "a batch is being decoded");
  OpenChunks file{ToInt32(info[0]), ToSpans(info[1])};
  std::vector<PackedChunk> chunks =
      ToPlaces(file.spans.size(), info[2], info[3]);
  auto* worker =
      new DecodeFileWorker(env, *this, info.This().As<Napi::Object>(),
                           std::move(file), std::move(chunks));
  is_busy_ = true;
  return worker->Start();
}

Napi::Value PixelPass::StartBand(const Napi::CallbackInfo& info) {
  if (is_busy_) throw Napi::Error::New(info.Env(), "a batch is being decoded");
  band_->Start(ToInt32(info[0]), int64_t{ToInt32(info[0])} + ToInt32(info[1]));
  return info.Env().Undefined();
}

Napi::Value PixelPass::StartArea(const Napi::CallbackInfo& info) {
  if (is_busy_) throw Napi::Error::New(info.Env(), "a batch is being decoded");
  ChunkPlace area;
  area.x = ToInt32(info[0]);
  area.y = ToInt32(info[1]);
  area.width = ToInt32(info[2]);
  area.height = ToInt32(info[3]);
  recode_->Start(area);
  return info.Env().Undefined();
}

std::vector<double> PixelPass::Recode(
    const std::vector<Compression>& compressions) const {
  std::vector<double> bytes;
  for (const Compression compression : compressions) {
    try {
      bytes.push_back(static_cast<double>(recode_->Bytes(compression)));
    } catch (const ChunkFailure&) {
      bytes.push_back(-1);
    }
  }
  return bytes;
}

Napi::Value PixelPass::RecodeAsync(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (is_busy_) throw Napi::Error::New(env, "a batch is being decoded");
  const auto list = info[0].As<Napi::Array>();
  std::vector<Compression> compressions;
  for (uint32_t i = 0; i < list.Length(); i++) {
    compressions.push_back(static_cast<Compression>(ToInt32(list.Get(i))));
  }
  auto* worker = new RecodeWorker(env, *this, info.This().As<Napi::Object>(),
                                  std::move(compressions));
  is_busy_ = true;
  return worker->Start();
}

Napi::Value PixelPass::Finish(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (is_busy_) throw Napi::Error::New(env, "a batch is being decoded");
  const PartLayout& layout = decoder_->layout();
  Napi::Object result = Napi::Object::New(env);
  if (stats_) result.Set("stats", StatsToJs(env, layout, *stats_));
  if (deep_) result.Set("deep", DeepToJs(env, deep_->summary()));
  if (hash_) result.Set("hashes", HashesToJs(env, layout, *hash_));
  if (frame_) {
    frame_->Finish();
    result.Set("frame", FrameToJs(env, *frame_));
  }
  if (ids_) result.Set("ids", IdsToJs(env, *ids_));
  if (compare_) result.Set("compare", CompareToJs(env, *compare_));
  if (samples_) result.Set("samples", SamplesToJs(env, *samples_));
  if (reduce_) result.Set("pictures", PicturesToJs(env, layout, *reduce_));
  return result;
}

}  // namespace exr_inspector::pixels
