#include "results_to_js.h"

#include <cstring>

namespace exr_inspector::pixels {

namespace {

template <typename Value>
Napi::TypedArrayOf<Value> ToNumbers(Napi::Env env,
                                    const std::vector<Value>& values) {
  auto array = Napi::TypedArrayOf<Value>::New(env, values.size());
  std::memcpy(array.Data(), values.data(), values.size() * sizeof(Value));
  return array;
}

// Three numbers a bin: from, to, count.
Napi::Float64Array ToBins(Napi::Env env, const std::vector<ValueBin>& bins) {
  auto array = Napi::Float64Array::New(env, bins.size() * 3);
  double* out = array.Data();
  for (const ValueBin& bin : bins) {
    *out++ = bin.from;
    *out++ = bin.to;
    *out++ = static_cast<double>(bin.count);
  }
  return array;
}

// Three numbers a pixel: x, y, kind.
Napi::Float64Array ToPixels(Napi::Env env,
                            const std::vector<NonFinitePixel>& pixels) {
  auto array = Napi::Float64Array::New(env, pixels.size() * 3);
  double* out = array.Data();
  for (const NonFinitePixel& pixel : pixels) {
    *out++ = static_cast<double>(pixel.x);
    *out++ = static_cast<double>(pixel.y);
    *out++ = static_cast<double>(pixel.kind);
  }
  return array;
}

Napi::Object ToJs(Napi::Env env, const ChannelSummary& summary) {
  Napi::Object object = Napi::Object::New(env);
  EachNumber(summary, [&](const char* name, auto number) {
    object.Set(name, Napi::Number::New(env, static_cast<double>(number)));
  });
  object.Set("isExact", Napi::Boolean::New(env, summary.is_exact));
  object.Set("bins", ToBins(env, summary.bins));
  object.Set("nonFinite", ToPixels(env, summary.non_finite));
  return object;
}

}  // namespace

Napi::Value StatsToJs(Napi::Env env, const PartLayout& layout,
                      const StatsSink& stats) {
  Napi::Object result = Napi::Object::New(env);
  Napi::Array channels = Napi::Array::New(env, layout.channels.size());
  for (uint32_t c = 0; c < layout.channels.size(); c++) {
    const ChannelCounter* counter = stats.counter(c);
    channels[c] = counter == nullptr
                      ? env.Null()
                      : Napi::Value(ToJs(env, counter->Summarize()));
  }
  Napi::Array greys = Napi::Array::New(env, stats.group_count());
  for (uint32_t g = 0; g < stats.group_count(); g++) {
    greys[g] = Napi::Boolean::New(env, stats.IsGrey(static_cast<int>(g)));
  }
  result.Set("channels", channels);
  result.Set("isGrey", greys);
  return result;
}

Napi::Value HashesToJs(Napi::Env env, const PartLayout& layout,
                       const HashSink& hashes) {
  Napi::Array list = Napi::Array::New(env, layout.channels.size());
  for (uint32_t c = 0; c < layout.channels.size(); c++) {
    const std::string hash = hashes.ChannelHash(c);
    list[c] =
        hash.empty() ? env.Null() : Napi::Value(Napi::String::New(env, hash));
  }
  return list;
}

Napi::Value CompareToJs(Napi::Env env, const CompareSink& compare) {
  Napi::Object result = Napi::Object::New(env);
  Napi::Array channels = Napi::Array::New(env);
  for (const ChannelDifference& each : compare.differences()) {
    Napi::Object object = Napi::Object::New(env);
    const auto set = [&](const char* name, auto number) {
      object.Set(name, Napi::Number::New(env, static_cast<double>(number)));
    };
    set("compared", each.compared);
    set("differing", each.differing);
    set("overWarn", each.over_warn);
    set("overFail", each.over_fail);
    set("nonFinite", each.non_finite);
    set("countMismatches", each.count_mismatches);
    set("maxAbsolute", each.max_absolute);
    set("sumAbsolute", each.sum_absolute);
    set("maxRelative", each.max_relative);
    set("sumSquares", each.sum_squares);
    set("maxValue", each.max_value);
    object.Set("hasWorst", Napi::Boolean::New(env, each.has_worst));
    set("worstX", each.worst_x);
    set("worstY", each.worst_y);
    set("worstA", each.worst_a);
    set("worstB", each.worst_b);
    channels.Set(channels.Length(), object);
  }
  result.Set("channels", channels);
  result.Set("map", ToNumbers(env, compare.map()));
  return result;
}

Napi::Value DeepToJs(Napi::Env env, const DeepSummary& summary) {
  Napi::Object object = Napi::Object::New(env);
  const auto set = [&](const char* name, auto number) {
    object.Set(name, Napi::Number::New(env, static_cast<double>(number)));
  };
  set("pixelCount", summary.pixel_count);
  set("sampleCount", summary.sample_count);
  set("minSamples", summary.pixel_count == 0 ? 0 : summary.min_samples);
  set("maxSamples", summary.max_samples);
  set("maxX", summary.max_x);
  set("maxY", summary.max_y);
  auto bins = Napi::Float64Array::New(env, DeepSummary::kBins);
  for (size_t i = 0; i < DeepSummary::kBins; i++) {
    bins[i] = static_cast<double>(summary.pixels_by_samples[i]);
  }
  object.Set("pixelsBySamples", bins);
  object.Set("hasDepth", Napi::Boolean::New(env, summary.has_depth));
  object.Set("hasFiniteDepth",
             Napi::Boolean::New(env, summary.has_finite_depth));
  set("depthMin", summary.depth_min);
  set("depthMax", summary.depth_max);
  set("nonFiniteDepths", summary.non_finite_depths);
  set("negativeDepths", summary.negative_depths);
  set("reversedDepths", summary.reversed_depths);
  set("unsortedPixels", summary.unsorted_pixels);
  set("overlappingPixels", summary.overlapping_pixels);
  object.Set("hasAlpha", Napi::Boolean::New(env, summary.has_alpha));
  set("alphaOutOfRange", summary.alpha_out_of_range);
  set("hiddenSamples", summary.hidden_samples);
  return object;
}

Napi::Value FrameToJs(Napi::Env env, const FrameSink& frame) {
  Napi::Object object = Napi::Object::New(env);
  const auto set = [&](Napi::Object target, const char* name, auto number) {
    target.Set(name, Napi::Number::New(env, static_cast<double>(number)));
  };
  set(object, "pixelCount", frame.pixel_count());
  set(object, "emptyCount", frame.empty_count());
  object.Set("hasColour", Napi::Boolean::New(env, frame.has_colour_pixel()));
  object.Set("hasAlpha", Napi::Boolean::New(env, frame.has_alpha()));
  set(object, "pinholeCount", frame.pinhole_count());
  Napi::Array pinholes = Napi::Array::New(env);
  for (const Position& position : frame.pinholes()) {
    Napi::Object pixel = Napi::Object::New(env);
    set(pixel, "x", position.x);
    set(pixel, "y", position.y);
    pinholes.Set(pinholes.Length(), pixel);
  }
  object.Set("pinholes", pinholes);
  set(object, "bareColourCount", frame.bare_colour_count());
  if (frame.bare_colour_count() > 0) {
    const Rectangle& window = frame.bare_colour_window();
    Napi::Object corners = Napi::Object::New(env);
    set(corners, "minX", window.x);
    set(corners, "minY", window.y);
    set(corners, "maxX", window.x + window.width - 1);
    set(corners, "maxY", window.y + window.height - 1);
    object.Set("bareColourWindow", corners);
  }
  const std::vector<Rectangle> black = frame.BlackRectangles();
  set(object, "blackCount", black.size());
  Napi::Array rectangles = Napi::Array::New(env);
  for (const Rectangle& each : black) {
    if (rectangles.Length() == FrameSink::kMaxListed) break;
    Napi::Object rectangle = Napi::Object::New(env);
    set(rectangle, "x", each.x);
    set(rectangle, "y", each.y);
    set(rectangle, "width", each.width);
    set(rectangle, "height", each.height);
    set(rectangle, "bucket", each.bucket);
    rectangles.Set(rectangles.Length(), rectangle);
  }
  object.Set("blackRectangles", rectangles);
  return object;
}

Napi::Value IdsToJs(Napi::Env env, const IdSink& ids) {
  Napi::Array layers = Napi::Array::New(env);
  for (const IdSink::Layer& layer : ids.layers()) {
    Napi::Object object = Napi::Object::New(env);
    const auto set = [&](const char* name, auto number) {
      object.Set(name, Napi::Number::New(env, static_cast<double>(number)));
    };
    set("samples", layer.samples);
    set("uncounted", layer.uncounted);
    // Four numbers an id: its lower and upper half, samples, coverage.
    auto counts = Napi::Float64Array::New(env, layer.ids.size() * 4);
    double* out = counts.Data();
    for (const auto& [id, count] : layer.ids) {
      *out++ = static_cast<double>(id & 0xffffffff);
      *out++ = static_cast<double>(id >> 32);
      *out++ = static_cast<double>(count.samples);
      *out++ = count.coverage;
    }
    object.Set("counts", counts);
    layers.Set(layers.Length(), object);
  }
  return layers;
}

Napi::Value PicturesToJs(Napi::Env env, const PartLayout& layout,
                         ReduceSink& reduce) {
  Napi::Array list = Napi::Array::New(env, layout.channels.size());
  for (uint32_t c = 0; c < layout.channels.size(); c++) {
    const std::vector<float> picture = reduce.TakePicture(c);
    list[c] =
        picture.empty() ? env.Null() : Napi::Value(ToNumbers(env, picture));
  }
  return list;
}

Napi::Value SamplesToJs(Napi::Env env, const PixelSamplesSink& samples) {
  Napi::Array list = Napi::Array::New(env, samples.channels().size());
  uint32_t c = 0;
  for (const auto& [count, values] : samples.channels()) {
    if (count < 0) {
      list[c++] = env.Null();
      continue;
    }
    Napi::Object channel = Napi::Object::New(env);
    channel.Set("count", Napi::Number::New(env, static_cast<double>(count)));
    channel.Set("values", ToNumbers(env, values));
    list[c++] = channel;
  }
  return list;
}

}  // namespace exr_inspector::pixels
