#include "id_counts.h"

#include <cstring>
#include <utility>

#include "reduce.h"

namespace exr_inspector::pixels {

IdSink::IdSink(const PartLayout& layout, std::vector<IdChannel> channels)
    : layout_(layout), channels_(std::move(channels)) {
  for (const IdChannel& channel : channels_) {
    if (channel.role == IdRole::kNone) continue;
    if (layers_.size() <= channel.layer) layers_.resize(channel.layer + 1);
  }
}

// Ids are the bits of a sample, whatever its type; a half is the float it says.
std::vector<uint32_t> IdSink::BitsOf(const RowSegment& segment) const {
  std::vector<uint32_t> bits(static_cast<size_t>(segment.count));
  if (layout_.channels[segment.channel].type == PixelType::kHalf) {
    const auto* values = reinterpret_cast<const uint16_t*>(segment.samples);
    const std::vector<float>& table = HalfTable();
    for (size_t i = 0; i < bits.size(); i++) {
      std::memcpy(&bits[i], &table[values[i]], sizeof(bits[i]));
    }
  } else if (!bits.empty()) {
    std::memcpy(bits.data(), segment.samples, bits.size() * sizeof(bits[0]));
  }
  return bits;
}

void IdSink::Row(const RowSegment& segment) {
  const IdChannel& channel = channels_[segment.channel];
  if (channel.role == IdRole::kNone) return;
  Layer& layer = layers_[channel.layer];
  std::vector<uint32_t> bits = BitsOf(segment);
  if (!channel.is_paired) {
    for (const uint32_t id : bits) Add(layer, id, 1);
    return;
  }
  Waiting& first = waiting_[channel.pair];
  const bool is_second = first.role != IdRole::kNone &&
                         first.role != channel.role && first.y == segment.y &&
                         first.bits.size() == bits.size();
  if (!is_second) {
    first = {segment.y, channel.role, std::move(bits)};
    return;
  }
  const bool came_first = first.role == IdRole::kId;
  const std::vector<uint32_t>& ids = came_first ? first.bits : bits;
  const std::vector<uint32_t>& others = came_first ? bits : first.bits;
  const IdRole other = came_first ? channel.role : first.role;
  for (size_t i = 0; i < ids.size(); i++) {
    if (other == IdRole::kUpper) {
      Add(layer, ids[i] | uint64_t{others[i]} << 32, 1);
    } else {
      float coverage = 0;
      std::memcpy(&coverage, &others[i], sizeof(coverage));
      // What covers nothing, or no one knows how much, is no object.
      Add(layer, ids[i], coverage > 0 ? double{coverage} : 0);
    }
  }
  first.role = IdRole::kNone;
}

void IdSink::Add(Layer& layer, uint64_t id, double coverage) {
  layer.samples++;
  if (coverage <= 0) return;
  auto found = layer.ids.find(id);
  if (found == layer.ids.end()) {
    if (layer.ids.size() == kMaxIds) {
      layer.uncounted++;
      return;
    }
    found = layer.ids.emplace(id, Count{}).first;
  }
  found->second.samples++;
  found->second.coverage += coverage;
}

}  // namespace exr_inspector::pixels
