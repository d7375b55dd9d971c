#include "to_js.h"

#include <cstring>
#include <string>
#include <string_view>

namespace exr_inspector {
namespace {

using OIIO::ParamValue;
using OIIO::TypeDesc;

const char* ReaderName(ReaderKind kind) {
  return kind == ReaderKind::kCore ? "core" : "classic";
}

// Sixty-four bit integers that a JavaScript number cannot hold become decimal
// text.
template <typename Integer>
Napi::Value WideIntegerToJs(Napi::Env env, Integer value) {
  constexpr auto kMaxSafe = int64_t{9007199254740991};
  const bool safe = value <= static_cast<Integer>(kMaxSafe) &&
                    (value >= 0 || static_cast<int64_t>(value) >= -kMaxSafe);
  if (safe) return Napi::Number::New(env, static_cast<double>(value));
  return Napi::String::New(env, std::to_string(value));
}

Napi::Value ScalarToJs(Napi::Env env, const ParamValue& param, size_t index) {
  const void* data = param.data();
  switch (param.type().basetype) {
    case TypeDesc::UINT8:
      return Napi::Number::New(env, static_cast<const uint8_t*>(data)[index]);
    case TypeDesc::INT8:
      return Napi::Number::New(env, static_cast<const int8_t*>(data)[index]);
    case TypeDesc::UINT16:
      return Napi::Number::New(env, static_cast<const uint16_t*>(data)[index]);
    case TypeDesc::INT16:
      return Napi::Number::New(env, static_cast<const int16_t*>(data)[index]);
    case TypeDesc::UINT32:
      return Napi::Number::New(env, static_cast<const uint32_t*>(data)[index]);
    case TypeDesc::INT32:
      return Napi::Number::New(env, static_cast<const int32_t*>(data)[index]);
    case TypeDesc::UINT64:
      return WideIntegerToJs(env, static_cast<const uint64_t*>(data)[index]);
    case TypeDesc::INT64:
      return WideIntegerToJs(env, static_cast<const int64_t*>(data)[index]);
    case TypeDesc::HALF:
      return Napi::Number::New(
          env, param.get_float_indexed(static_cast<int>(index)));
    case TypeDesc::FLOAT:
      return Napi::Number::New(env, static_cast<const float*>(data)[index]);
    case TypeDesc::DOUBLE:
      return Napi::Number::New(env, static_cast<const double*>(data)[index]);
    case TypeDesc::STRING: {
      const OIIO::ustring& text =
          static_cast<const OIIO::ustring*>(data)[index];
      return Napi::String::New(env, text.c_str() == nullptr ? "" : text.c_str(),
                               text.length());
    }
    default:
      return env.Null();
  }
}

Napi::Value ValueToJs(Napi::Env env, const ParamValue& param) {
  const TypeDesc type = param.type();
  const size_t count = type.basevalues() * static_cast<size_t>(param.nvalues());
  if (type.arraylen == 0 && count == 1) return ScalarToJs(env, param, 0);
  if (type.basetype == TypeDesc::UINT8) {
    auto bytes = Napi::Uint8Array::New(env, count);
    if (count > 0) std::memcpy(bytes.Data(), param.data(), count);
    return bytes;
  }
  const auto values = Napi::Array::New(env, count);
  for (size_t index = 0; index < count; ++index) {
    values.Set(static_cast<uint32_t>(index), ScalarToJs(env, param, index));
  }
  return values;
}

Napi::Object DimensionsToJs(Napi::Env env, const OIIO::ImageSpec& spec) {
  auto object = Napi::Object::New(env);
  object.Set("x", spec.x);
  object.Set("y", spec.y);
  object.Set("width", spec.width);
  object.Set("height", spec.height);
  object.Set("displayX", spec.full_x);
  object.Set("displayY", spec.full_y);
  object.Set("displayWidth", spec.full_width);
  object.Set("displayHeight", spec.full_height);
  object.Set("tileWidth", spec.tile_width);
  object.Set("tileHeight", spec.tile_height);
  return object;
}

Napi::Array ChannelsToJs(Napi::Env env, const OIIO::ImageSpec& spec) {
  const auto channels =
      Napi::Array::New(env, static_cast<size_t>(spec.nchannels));
  for (int index = 0; index < spec.nchannels; ++index) {
    auto channel = Napi::Object::New(env);
    channel.Set("name", spec.channel_name(index));
    channel.Set("format", spec.channelformat(index).c_str());
    channels.Set(static_cast<uint32_t>(index), channel);
  }
  return channels;
}

std::string_view NameOf(const ParamValue& param) {
  return {param.name().c_str(), param.name().length()};
}

Napi::Array AttributesToJs(Napi::Env env, const OIIO::ImageSpec& spec,
                           const KnownNames& known) {
  const auto attributes = Napi::Array::New(env);
  uint32_t index = 0;
  for (const ParamValue& param : spec.extra_attribs) {
    const auto knowledge = known.find(NameOf(param));
    const bool is_known = knowledge != known.end();
    if (is_known && knowledge->second == Knowledge::kKnown) continue;
    auto attribute = Napi::Object::New(env);
    attribute.Set("name", Napi::String::New(env, param.name().c_str(),
                                            param.name().length()));
    attribute.Set("type", param.type().c_str());
    attribute.Set("value", is_known ? env.Null() : ValueToJs(env, param));
    attributes.Set(index++, attribute);
  }
  return attributes;
}

Napi::Array PartsToJs(Napi::Env env, const std::vector<Part>& parts) {
  const auto array = Napi::Array::New(env, parts.size());
  for (size_t index = 0; index < parts.size(); ++index) {
    const Napi::HandleScope scope(env);
    const Part& part = parts[index];
    auto object = DimensionsToJs(env, part.spec);
    object.Set("deep", part.spec.deep);
    object.Set("channels", ChannelsToJs(env, part.spec));
    object.Set("attributes", AttributesToJs(env, part.spec, KnownNames()));
    const auto levels = Napi::Array::New(env, part.smaller_levels.size());
    for (size_t level = 0; level < part.smaller_levels.size(); ++level) {
      levels.Set(static_cast<uint32_t>(level),
                 DimensionsToJs(env, part.smaller_levels[level]));
    }
    object.Set("smallerLevels", levels);
    array.Set(static_cast<uint32_t>(index), object);
  }
  return array;
}

// What the caller cannot know from the header itself.
Napi::Array DerivedToJs(Napi::Env env, const std::vector<Part>& parts,
                        const std::vector<std::string>& known_names,
                        AnswerMemory& memory) {
  const auto array = Napi::Array::New(env, parts.size());
  const std::string none;
  for (size_t index = 0; index < parts.size(); ++index) {
    const Napi::HandleScope scope(env);
    const KnownNames& known =
        memory.Names(index < known_names.size() ? known_names[index] : none);
    auto object = Napi::Object::New(env);
    object.Set("attributes", AttributesToJs(env, parts[index].spec, known));
    array.Set(static_cast<uint32_t>(index), object);
  }
  return array;
}

void AppendSized(std::string& key, const void* data, size_t size) {
  key.append(reinterpret_cast<const char*>(&size), sizeof size);
  key.append(static_cast<const char*>(data), size);
}

void AppendValue(std::string& key, const ParamValue& param) {
  const TypeDesc type = param.type();
  const size_t count = type.basevalues() * static_cast<size_t>(param.nvalues());
  key.append(reinterpret_cast<const char*>(&type), sizeof type);
  if (type.basetype != TypeDesc::STRING) {
    AppendSized(key, param.data(), count * type.basesize());
    return;
  }
  const auto* texts = static_cast<const OIIO::ustring*>(param.data());
  for (size_t index = 0; index < count; ++index)
    AppendSized(key, texts[index].c_str(), texts[index].length());
}

// Everything the answer about a file is made of: another file with this text
// has the same answer.
std::string KeyOf(const SpecResult& result,
                  const std::vector<std::string>& known_names,
                  AnswerMemory& memory) {
  std::string key;
  key.reserve(1024);
  key.push_back(static_cast<char>(result.reader));
  const std::string none;
  for (size_t index = 0; index < result.parts.size(); ++index) {
    const std::string& list =
        index < known_names.size() ? known_names[index] : none;
    AppendSized(key, list.data(), list.size());
    const KnownNames& known = memory.Names(list);
    for (const ParamValue& param : result.parts[index].spec.extra_attribs) {
      const std::string_view name = NameOf(param);
      const auto knowledge = known.find(name);
      const bool is_known = knowledge != known.end();
      if (is_known && knowledge->second == Knowledge::kKnown) continue;
      AppendSized(key, name.data(), name.size());
      if (!is_known) AppendValue(key, param);
    }
    // The end of a part: no name is as long as this says.
    key.append(sizeof(size_t), '\xff');
  }
  return key;
}

Napi::Array RefusalsToJs(Napi::Env env, const std::vector<Refusal>& refusals) {
  const auto array = Napi::Array::New(env, refusals.size());
  for (size_t index = 0; index < refusals.size(); ++index) {
    auto refusal = Napi::Object::New(env);
    refusal.Set("reader", ReaderName(refusals[index].reader));
    refusal.Set("message", refusals[index].message);
    array.Set(static_cast<uint32_t>(index), refusal);
  }
  return array;
}

Napi::Object ResultToJs(Napi::Env env, const SpecSource& source,
                        const SpecResult& result, AnswerMemory& memory) {
  auto object = Napi::Object::New(env);
  object.Set("refusals", RefusalsToJs(env, result.refusals));
  switch (result.status) {
    case SpecStatus::kOk:
      object.Set("status", "ok");
      object.Set("reader", ReaderName(result.reader));
      object.Set("parts", source.known_names
                              ? DerivedToJs(env, result.parts,
                                            *source.known_names, memory)
                              : PartsToJs(env, result.parts));
      object.Set("message", result.message);
      break;
    case SpecStatus::kRefused:
      object.Set("status", "refused");
      break;
    case SpecStatus::kNeedsBytes:
      object.Set("status", "needs-bytes");
      object.Set("reader", ReaderName(result.reader));
      object.Set("start", static_cast<double>(result.gap.start));
      object.Set("endExclusive", static_cast<double>(result.gap.end_exclusive));
      break;
    case SpecStatus::kUnreadable:
      object.Set("status", "unreadable");
      object.Set("errno", result.error_number);
      break;
  }
  return object;
}

Napi::Value Remembered(Napi::Env env, const SpecSource& source,
                       const SpecResult& result, AnswerMemory& memory) {
  const bool is_plain = source.known_names &&
                        result.status == SpecStatus::kOk &&
                        result.refusals.empty() && result.message.empty();
  if (!is_plain) return ResultToJs(env, source, result, memory);
  const std::string key = KeyOf(result, *source.known_names, memory);
  const Napi::Value known = memory.Find(key);
  if (!known.IsEmpty()) return known;
  const Napi::Object answer = ResultToJs(env, source, result, memory);
  memory.Keep(key, answer);
  return answer;
}

}  // namespace

Napi::Value ToJs(Napi::Env env, const std::vector<SpecSource>& sources,
                 const std::vector<SpecResult>& results, AnswerMemory& memory) {
  const auto array = Napi::Array::New(env, results.size());
  for (size_t index = 0; index < results.size(); ++index) {
    const Napi::HandleScope scope(env);
    array.Set(static_cast<uint32_t>(index),
              Remembered(env, sources[index], results[index], memory));
  }
  return array;
}

}  // namespace exr_inspector
