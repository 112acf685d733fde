#include "verify/verify.h"

#include <algorithm>
#include <chrono>

#include "verify/protocol.h"

namespace scantling::verify {
namespace {

// Single changes are tried one by one, then all of them, then all without each that isn't needed.
constexpr std::size_t kMostRepairs = 12;

Limits limits_of(const VerifyOptions& options) {
  Limits limits;
  limits.memory = options.memory;
  limits.faults = options.faults;
  limits.states = options.states;
  limits.threads = options.threads;
  limits.stop = options.stop;
  return limits;
}

std::vector<PropertyVerdict> verdicts_of(const Protocol& protocol, const Exploration& exploration) {
  std::vector<PropertyVerdict> out;
  for (std::size_t i = 0; i < protocol.system.properties.size(); ++i) {
    const Property& p = protocol.system.properties[i];
    PropertyVerdict v;
    v.property = p.name;
    v.element = p.element;
    v.text = p.broken;
    v.result = exploration.properties[i];
    v.outcome = v.result.outcome;
    out.push_back(std::move(v));
  }
  for (const Sum& s : protocol.sums) {
    PropertyVerdict v;
    v.property = s.property;
    v.element = s.element;
    v.text = s.text;
    v.outcome = s.outcome;
    v.by_sum = true;
    out.push_back(std::move(v));
  }
  return out;
}

bool wanted(const Protocol& protocol, const VerifyOptions& options) {
  if (options.only.empty()) return true;
  return std::ranges::any_of(options.only, [&](const std::string& name) {
    return name == protocol.system.name || name == protocol.system.element ||
           protocol.system.name.ends_with(" " + name);
  });
}

// What may still be searched, of all searches together.
class Purse {
 public:
  explicit Purse(const VerifyOptions& options)
      : limits_(limits_of(options)), left_(options.states) {}

  // Undecided where nothing is left. Spends one in `share` of that at most, and no more once one of
  // the properties `stop_on` has failed.
  Exploration explore(const System& system, std::uint64_t share = 1,
                      std::vector<std::size_t> stop_on = {}) {
    limits_.stop_on = std::move(stop_on);
    if (limits_.states == 0) return verify::explore(system, limits_);
    if (left_ > 0) {
      limits_.states = std::max<std::uint64_t>(1, left_ / share);
      Exploration out = verify::explore(system, limits_);
      left_ -= std::min(left_, out.states);
      return out;
    }
    Exploration out;
    out.ended = Ended::StateLimit;
    out.properties.resize(system.properties.size());
    return out;
  }

 private:
  Limits limits_;
  std::uint64_t left_;
};

// Tries repairs of one protocol on copies of the model.
class Mechanic {
 public:
  Mechanic(const Architecture& model, bool keep_given, const ProtocolVerdict& protocol,
           Purse& purse)
      : model_(model), keep_given_(keep_given), protocol_(protocol), purse_(purse) {}

  void repair(PropertyVerdict& verdict) {
    std::vector<const Repair*> candidates;
    for (const Repair& r : protocol_.protocol.repairs)
      if (r.property == verdict.property && candidates.size() < kMostRepairs)
        candidates.push_back(&r);
    if (candidates.empty()) return;
    for (const Repair* r : candidates) {
      verdict.tried.push_back(attempt({r}, verdict.property));
      if (enough(verdict.tried.back())) return;
    }
    // What is wrong otherwise may break this too.
    for (const Repair& r : protocol_.protocol.repairs)
      if (r.property != verdict.property && fails(r.property) && candidates.size() < kMostRepairs)
        candidates.push_back(&r);
    if (keep_given_) std::erase_if(candidates, [&](const Repair* r) { return goes_beyond(*r); });
    if (candidates.size() < 2) return;
    TriedRepair all = attempt(candidates, verdict.property);
    if (all.holds) all = smallest(std::move(all), candidates, verdict.property);
    verdict.tried.push_back(std::move(all));
  }

 private:
  bool enough(const TriedRepair& tried) const {
    return tried.holds && !(keep_given_ && tried.overrules);
  }

  bool goes_beyond(const Repair& repair) const {
    Architecture copy = model_;
    Mender mender{copy};
    repair.apply(mender);
    return mender.overrules || mender.foreign;
  }

  TriedRepair smallest(TriedRepair all, std::vector<const Repair*> parts,
                       const std::string& property) const {
    for (std::size_t i = 0; i < parts.size() && parts.size() > 1;) {
      std::vector<const Repair*> fewer = parts;
      fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
      TriedRepair tried = attempt(fewer, property);
      if (tried.holds)
        all = std::move(tried), parts = std::move(fewer);
      else
        ++i;
    }
    return all;
  }

  bool fails(const std::string& property) const {
    return std::ranges::any_of(protocol_.properties, [&](const PropertyVerdict& v) {
      return v.property == property && v.outcome == Outcome::Fails;
    });
  }

  TriedRepair attempt(const std::vector<const Repair*>& parts, const std::string& property) const {
    TriedRepair out;
    Architecture copy = model_;
    Mender mender{copy};
    for (const bool last : {false, true})
      for (const Repair* r : parts)
        if (r->last == last) r->apply(mender);
    for (const Repair* r : parts)
      out.parts.push_back(*r);
    out.overrules = mender.overrules || mender.foreign;
    const std::vector<Protocol> protocols =
        derive_again(copy, protocol_.protocol.source, protocol_.protocol.runs);
    const auto same = std::ranges::find(protocols, protocol_.protocol.system.name,
                                        [](const Protocol& p) { return p.system.name; });
    if (same == protocols.end()) {  // nothing is left that could fail
      out.holds = true;
      return out;
    }
    const Exploration exploration = purse_.explore(same->system, 1, needed(same->system, property));
    out.states = exploration.states;
    out.holds = true;
    for (const PropertyVerdict& v : verdicts_of(*same, exploration)) {
      const bool fine = v.outcome == Outcome::Holds || v.outcome == Outcome::Vacuous;
      if (v.property == property) out.holds &= fine;
      if (!fine && held(v.property, v.element)) out.holds = false;
    }
    return out;
  }

  // Once one of these fails, the repair is none.
  std::vector<std::size_t> needed(const System& system, const std::string& property) const {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < system.properties.size(); ++i) {
      const Property& p = system.properties[i];
      if (p.name == property || held(p.name, p.element)) out.push_back(i);
    }
    return out;
  }

  bool held(const std::string& property, const std::string& element) const {
    const auto before = std::ranges::find_if(protocol_.properties, [&](const PropertyVerdict& v) {
      return v.property == property && v.element == element;
    });
    return before != protocol_.properties.end() && before->outcome == Outcome::Holds;
  }

  const Architecture& model_;
  const bool keep_given_;
  const ProtocolVerdict& protocol_;
  Purse& purse_;
};

bool stopped_by_a_limit(const Exploration& e) {
  return e.ended == Ended::MemoryLimit || e.ended == Ended::StateLimit || e.ended == Ended::TooWide;
}

bool any_fails(const Exploration& e) {
  return std::ranges::any_of(e.properties,
                             [](const PropertyResult& r) { return r.outcome == Outcome::Fails; });
}

// Two runs at once where they meet. When that is more than the limits allow and nothing is wrong so
// far, one run is searched to its end instead: less, but decided.
void search(const Architecture& model, const VerifyOptions& options, Purse& purse,
            ProtocolVerdict& v) {
  const bool chosen = options.runs == 0 && v.protocol.system.instances > 1;
  constexpr std::uint64_t kShare = 4;
  v.exploration = purse.explore(v.protocol.system, chosen ? kShare : 1);
  if (!chosen || !stopped_by_a_limit(v.exploration) || any_fails(v.exploration)) return;
  for (Protocol& p : derive_again(model, v.protocol.source, 1)) {
    if (p.system.name != v.protocol.system.name) continue;
    p.system.notes.push_back(v.protocol.system.runs +
                             " are more than the limit allows: one run was searched");
    v.protocol = std::move(p);
    v.exploration = purse.explore(v.protocol.system);
    return;
  }
}

}  // namespace

const TriedRepair* PropertyVerdict::repair() const {
  const TriedRepair* best = nullptr;
  for (const TriedRepair& t : tried)
    if (t.holds && (!best || (best->overrules && !t.overrules))) best = &t;
  return best;
}

std::size_t Verification::count(Outcome outcome) const {
  std::size_t n = 0;
  for (const ProtocolVerdict& p : protocols)
    n += static_cast<std::size_t>(
        std::ranges::count(p.properties, outcome, &PropertyVerdict::outcome));
  return n;
}

Verification verify(const Architecture& model, const VerifyOptions& options) {
  Verification out;
  std::vector<Protocol> protocols = derive(model, out.left_out, options.runs);
  std::erase_if(protocols, [&](const Protocol& p) { return !wanted(p, options); });
  Purse purse(options);
  for (Protocol& protocol : protocols) {
    ProtocolVerdict& v = out.protocols.emplace_back();
    v.protocol = std::move(protocol);
    const auto begin = std::chrono::steady_clock::now();
    search(model, options, purse, v);
    const auto end = std::chrono::steady_clock::now();
    v.seconds = std::chrono::duration<double>(end - begin).count();
    v.properties = verdicts_of(v.protocol, v.exploration);
    for (PropertyVerdict& p : v.properties)
      if (options.repair && p.outcome == Outcome::Fails)
        Mechanic(model, options.keep_given, v, purse).repair(p);
    if (v.exploration.ended == Ended::Stopped) {
      out.stopped = true;
      break;
    }
  }
  return out;
}

}  // namespace scantling::verify
