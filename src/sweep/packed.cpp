// A record as bytes: numbers as eight bytes of this machine, texts behind their length. Both ends
// are the same program.
#include <cstring>

#include "sweep/campaign.h"

namespace scantling::sweep {
namespace {

constexpr std::uint64_t kMostMeasures = 1'000'000;

void put(std::string& out, std::uint64_t x) {
  char bytes[sizeof x];
  std::memcpy(bytes, &x, sizeof x);
  out.append(bytes, sizeof x);
}
void put(std::string& out, double x) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &x, sizeof bits);
  put(out, bits);
}
void put(std::string& out, std::string_view text) {
  put(out, static_cast<std::uint64_t>(text.size()));
  out += text;
}

bool get(std::string_view& in, std::uint64_t& x) {
  if (in.size() < sizeof x) return false;
  std::memcpy(&x, in.data(), sizeof x);
  in.remove_prefix(sizeof x);
  return true;
}
bool get(std::string_view& in, double& x) {
  std::uint64_t bits = 0;
  if (!get(in, bits)) return false;
  std::memcpy(&x, &bits, sizeof x);
  return true;
}
bool get(std::string_view& in, std::string& text) {
  std::uint64_t size = 0;
  if (!get(in, size) || in.size() < size) return false;
  text = in.substr(0, size);
  in.remove_prefix(size);
  return true;
}

bool get(std::string_view& in, Measure& m) {
  std::uint64_t flags = 0;
  if (!get(in, m.subject) || !get(in, m.what) || !get(in, m.unit) || !get(in, flags) ||
      !get(in, m.value) || !get(in, m.target) || flags > 3)
    return false;
  m.judged = (flags & 1) != 0;
  m.at_least = (flags & 2) != 0;
  return true;
}

}  // namespace

std::string packed(const RunRecord& record) {
  std::string out;
  put(out, record.unit.point);
  put(out, std::uint64_t{record.unit.scenario});
  put(out, std::uint64_t{record.unit.replication});
  put(out, static_cast<std::uint64_t>(record.state));
  put(out, std::string_view(record.message));
  put(out, record.events);
  put(out, std::string_view(record.fingerprint));
  put(out, static_cast<std::uint64_t>(record.measures.size()));
  for (const Measure& m : record.measures) {
    put(out, std::string_view(m.subject));
    put(out, std::string_view(m.what));
    put(out, std::string_view(m.unit));
    put(out, std::uint64_t{m.judged} | std::uint64_t{m.at_least} << 1);
    put(out, m.value);
    put(out, m.target);
  }
  return out;
}

bool unpack(std::string_view bytes, RunRecord& out) {
  out = {};
  std::uint64_t scenario = 0, replication = 0, state = 0, measures = 0;
  if (!get(bytes, out.unit.point) || !get(bytes, scenario) || !get(bytes, replication) ||
      !get(bytes, state) || !get(bytes, out.message) || !get(bytes, out.events) ||
      !get(bytes, out.fingerprint) || !get(bytes, measures))
    return false;
  if (scenario > UINT32_MAX || replication > UINT32_MAX || measures > kMostMeasures ||
      state > static_cast<std::uint64_t>(RunState::Failed))
    return false;
  out.unit.scenario = static_cast<std::uint32_t>(scenario);
  out.unit.replication = static_cast<std::uint32_t>(replication);
  out.state = static_cast<RunState>(state);
  for (std::uint64_t i = 0; i < measures; ++i) {
    Measure m;
    if (!get(bytes, m)) return false;
    out.measures.push_back(std::move(m));
  }
  return bytes.empty();
}

std::string packed(const BaseModel& base, const Plan& plan) {
  std::string out;
  put(out, std::string_view(base.text()));
  put(out, std::string_view(base.path()));
  put(out, static_cast<std::uint64_t>(plan.parameters.size()));
  for (const Parameter& p : plan.parameters) {
    put(out, std::string_view(p.label));
    put(out, std::string_view(p.path));
    put(out, std::uint64_t{p.is_load});
    put(out, static_cast<std::uint64_t>(p.values.size()));
    for (const std::string& value : p.values)
      put(out, std::string_view(value));
  }
  put(out, static_cast<std::uint64_t>(plan.scenarios.size()));
  for (const Scenario& s : plan.scenarios) {
    put(out, std::string_view(s.name));
    put(out, std::string_view(s.fault));
  }
  put(out, static_cast<std::uint64_t>(plan.replications));
  put(out, plan.seed);
  put(out, static_cast<std::uint64_t>(plan.measured.nanoseconds));
  put(out, static_cast<std::uint64_t>(plan.warm_up.nanoseconds));
  return out;
}

bool unpack(std::string_view bytes, PackedCampaign& out) {
  out = {};
  std::uint64_t n = 0;
  if (!get(bytes, out.text) || !get(bytes, out.path) || !get(bytes, n)) return false;
  for (; n > 0; --n) {
    Parameter p;
    std::uint64_t is_load = 0, values = 0;
    if (!get(bytes, p.label) || !get(bytes, p.path) || !get(bytes, is_load) || !get(bytes, values))
      return false;
    p.is_load = is_load != 0;
    for (; values > 0; --values)
      if (!get(bytes, p.values.emplace_back())) return false;
    out.plan.parameters.push_back(std::move(p));
  }
  if (!get(bytes, n)) return false;
  for (; n > 0; --n) {
    Scenario s;
    if (!get(bytes, s.name) || !get(bytes, s.fault)) return false;
    out.plan.scenarios.push_back(std::move(s));
  }
  std::uint64_t replications = 0, measured = 0, warm_up = 0;
  if (!get(bytes, replications) || !get(bytes, out.plan.seed) || !get(bytes, measured) ||
      !get(bytes, warm_up) || replications > kMostRuns)
    return false;
  out.plan.replications = static_cast<int>(replications);
  out.plan.measured.nanoseconds = static_cast<std::int64_t>(measured);
  out.plan.warm_up.nanoseconds = static_cast<std::int64_t>(warm_up);
  return bytes.empty();
}

}  // namespace scantling::sweep
