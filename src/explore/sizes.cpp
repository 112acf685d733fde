#include "explore/sizes.h"

#include <algorithm>
#include <functional>

#include <fmt/core.h>

#include "base/text.h"
#include "design/failovers.h"
#include "design/locks.h"

namespace scantling::explore {
namespace {

constexpr Provenance kDecided{Origin::Decided, {}, {}};

// One size of one element: how it reads, and how it is set from such a text.
struct Size {
  std::string path;
  std::function<std::string()> text;
  std::function<void(const std::string&)> set;
  std::function<std::string(RandomStream&)> propose;
  std::function<Pin()> pin;  // that settles it, and what belongs to the same decision
};

std::int64_t moved(std::int64_t n, RandomStream& random) {
  // One more or less, or about a third.
  const auto step = random.chance(.5) ? 1 : std::max<std::int64_t>(1, n / 3);
  return std::max<std::int64_t>(1, random.chance(.5) ? n + step : n - step);
}

void add_runtime(Service& service, std::vector<Size>& out) {
  if (!service.runtime) return;
  const std::string base = fmt::format("services.{}.runtime.", service.name);
  const auto pin = [&service] {
    return Pin{service.name + ".instances",
               size_choice(*service.runtime->instances, service.runtime->cpu.or_else({1}))};
  };
  Field<CountRange>& instances = service.runtime->instances;
  if (instances && !instances.fixed())
    out.push_back({base + "instances", [&] { return to_text(*instances); },
                   [&](const std::string& text) {
                     if (const auto n = parse_count_range(text)) instances = {*n, kDecided};
                   },
                   [&](RandomStream& random) {
                     CountRange n = *instances;
                     const bool fixed = n.low == n.high;
                     n.low = moved(n.low, random);
                     n.high = fixed ? n.low : std::max(n.high, n.low);
                     return to_text(n);
                   },
                   pin});
  Field<Cores>& cpu = service.runtime->cpu;
  if (cpu && !cpu.fixed())
    out.push_back({base + "cpu", [&] { return to_text(*cpu); },
                   [&](const std::string& text) {
                     if (const auto n = parse_cores(text)) cpu = {*n, kDecided};
                   },
                   [&](RandomStream& random) {
                     const double factor = random.chance(.5) ? 2 : .5;
                     return to_text(Cores{std::max(.5, cpu->value * factor)});
                   },
                   pin});
}

// Where an experiment takes leaders, copies are what answers without them: the twin, which knows no
// failover, would let them go.
void add_copies(Store& store, bool keep, std::vector<Size>& out) {
  Field<Count>& copies = store.copies;
  if (!copies || copies.fixed()) return;
  out.push_back(
      {fmt::format("stores.{}.copies", store.name), [&] { return to_text(*copies); },
       [&](const std::string& text) {
         if (const auto n = parse_count(text)) copies = {*n, kDecided};
       },
       [&copies, &store, keep](RandomStream& random) {
         const std::int64_t by = copies->value > 1 && copies->value % 2 == 1 ? 2 : 1;
         const std::int64_t n = copies->value + (random.chance(.5) ? by : -by);
         // A group that must keep so many in step can't have fewer.
         const std::int64_t least = keep ? copies->value : store.in_sync ? store.in_sync->value : 1;
         return to_text(Count{std::clamp<std::int64_t>(n, std::max<std::int64_t>(1, least), 7)});
       },
       [&] { return Pin{store.name + ".copies", plural(copies->value, "copy")}; }});
}

std::vector<Size> sizes_of(Architecture& model) {
  std::vector<Size> out;
  for (Service& service : model.services)
    add_runtime(service, out);
  const bool keep = std::ranges::any_of(model.experiments, loses_leaders);
  for (Store& store : model.stores)
    add_copies(store, keep, out);
  return out;
}

}  // namespace

std::vector<Sizing> vary_sizes(Architecture& model, RandomStream& random) {
  std::vector<Size> sizes = sizes_of(model);
  std::vector<Sizing> out;
  if (sizes.empty()) return out;
  const std::uint32_t wanted = 1 + random.below(3);
  for (std::uint32_t i = 0; i < wanted; ++i) {
    Size& size = sizes[random.below(static_cast<std::uint32_t>(sizes.size()))];
    const std::string from = size.text();
    const std::string to = size.propose(random);
    if (to == from) continue;
    size.set(to);
    const auto same = std::ranges::find(out, size.path, &Sizing::path);
    if (same == out.end())
      out.push_back({size.path, from, to});
    else
      same->to = to;
  }
  std::erase_if(out, [](const Sizing& s) { return s.from == s.to; });
  return out;
}

void apply_sizes(Architecture& model, const std::vector<Sizing>& sizes) {
  std::vector<Size> all = sizes_of(model);
  for (const Sizing& sizing : sizes)
    for (Size& size : all)
      if (size.path == sizing.path) size.set(sizing.to);
}

std::vector<Pin> size_pins(const Architecture& model, const std::vector<Sizing>& sizes) {
  Architecture copy = model;
  std::vector<Pin> out;
  for (const Size& size : sizes_of(copy)) {
    if (std::ranges::find(sizes, size.path, &Sizing::path) == sizes.end()) continue;
    Pin pin = size.pin();
    if (std::ranges::find(out, pin) == out.end()) out.push_back(std::move(pin));
  }
  std::ranges::sort(out);
  return out;
}

std::string size_text(const Architecture& model, const std::string& path) {
  Architecture copy = model;
  for (const Size& size : sizes_of(copy))
    if (size.path == path) return size.text();
  return "";
}

}  // namespace scantling::explore
