// Faults of an experiment: one key says what goes wrong and where, as a text.
#include "base/text.h"
#include "language/kinds.h"
#include "language/reader.h"
#include "language/schema/forms.h"
#include "language/table.h"
#include "language/writer.h"

namespace scantling {

namespace {

using TargetKind = Target::Kind;

struct TargetWord {
  std::string_view word;
  TargetKind kind;
};
constexpr TargetWord kTargetWords[] = {
    {"instance", TargetKind::Instance}, {"service", TargetKind::Service},
    {"store", TargetKind::Store},       {"cache", TargetKind::Store},
    {"channel", TargetKind::Channel},   {"node", TargetKind::Node},
    {"zone", TargetKind::Zone},         {"region", TargetKind::Region},
    {"domain", TargetKind::Domain},     {"external", TargetKind::External},
    {"endpoint", TargetKind::Endpoint}};

struct FaultForm {
  std::string_view about;
  std::string_view example;
};
constexpr FaultForm kForms[] = {
    {"what is gone: an instance, service, store, channel, node, zone, region, failure domain or "
     "external",
     "zone a"},
    {"what takes longer, and by how much", "psp x10"},
    {"what answers with an error, and how often", "psp 30%"},
    {"what no longer reaches what (one way)", "orders -> payments"},
    {"share of the messages lost on the way from what to what (one way)", "5% orders -> payments"},
    {"what has only a part of its processor", "catalog x0.2"},
    {"cache that forgets everything", "cache catalog-cache"},
    {"what stands still, and goes on afterwards", "orders"},
    {"what goes down and comes back, and how often", "orders every 10s"}};

Fault& fault_of(void* owner) {
  return *static_cast<Fault*>(owner);
}

using Words = std::vector<std::string_view>;

// "zone a", "psp", "gateway": the words from `first` to `last` (excluded).
bool read_target(Reader& reader, const Place& place, const Words& words, std::size_t first,
                 std::size_t last, Target& target) {
  if (first >= last || last - first > 2) return false;
  target = Target{};
  if (last - first == 2) {
    for (const TargetWord& known : kTargetWords)
      if (known.word == words[first]) target.kind = known.kind;
    if (target.kind == TargetKind::None) return false;
  } else if (words[first] == "gateway" || words[first] == "all") {
    target.kind = words[first] == "all" ? TargetKind::All : TargetKind::Gateway;
    return true;
  }
  const std::string_view name = words[last - 1];
  target.name = std::string(name);
  reader.pend(Pending::What::Target, RefKind::Service, name, part_span(reader, place, name),
              &target);
  return true;
}

bool read_pair(Reader& reader, const Place& place, const Words& words, std::size_t first,
               Fault& fault) {
  for (std::size_t i = first; i < words.size(); ++i)
    if (words[i] == "->")
      return read_target(reader, place, words, first, i, fault.target) &&
             read_target(reader, place, words, i + 1, words.size(), fault.to);
  return false;
}

bool parse_fault(Reader& reader, const Place& place, const Words& words, Fault& fault) {
  const std::size_t n = words.size();
  if (n == 0) return false;
  switch (fault.kind) {
    case FaultKind::Lose:
    case FaultKind::Flush:
    case FaultKind::Pause: return read_target(reader, place, words, 0, n, fault.target);
    case FaultKind::Slow:
    case FaultKind::Cpu: {
      const auto factor = parse_factor(words[n - 1]);
      if (factor) fault.factor = *factor;
      return factor && read_target(reader, place, words, 0, n - 1, fault.target);
    }
    case FaultKind::Fail: {
      const auto share = parse_share(words[n - 1]);
      if (share) fault.share = *share;
      return share && read_target(reader, place, words, 0, n - 1, fault.target);
    }
    case FaultKind::Cut: return read_pair(reader, place, words, 0, fault);
    case FaultKind::Drop: {
      const auto share = parse_share(words[0]);
      if (share) fault.share = *share;
      return share && read_pair(reader, place, words, 1, fault);
    }
    case FaultKind::Flap: {
      if (n < 3 || words[n - 2] != "every") return false;
      const auto every = parse_duration(words[n - 1]);
      if (every) fault.every = *every;
      return every && read_target(reader, place, words, 0, n - 2, fault.target);
    }
  }
  return false;
}

// Whether the name alone would mean something else, or nothing certain.
bool needs_word(const Architecture& model, const std::string& name) {
  return name == "all" || name == "gateway" ||
         find_by_name(model.services, name).valid() + find_by_name(model.stores, name).valid() +
                 find_by_name(model.channels, name).valid() +
                 find_by_name(model.externals, name).valid() >
             1;
}

std::string target_text(const Architecture& model, const Target& target) {
  std::string name = target.name;
  if (name.empty() && target.endpoint.valid()) name = endpoint_name(model, target.endpoint);
  if (name.empty() && target.service.valid()) name = model.services[target.service].name;
  if (name.empty() && target.store.valid()) name = model.stores[target.store].name;
  if (name.empty() && target.channel.valid()) name = model.channels[target.channel].name;
  if (name.empty() && target.external.valid()) name = model.externals[target.external].name;
  switch (target.kind) {
    case TargetKind::None:
    case TargetKind::Endpoint: return name;
    case TargetKind::Gateway: return "gateway";
    case TargetKind::All: return "all";
    case TargetKind::Instance: return "instance " + name;
    case TargetKind::Node: return "node " + name;
    case TargetKind::Zone: return "zone " + name;
    case TargetKind::Domain: return "domain " + name;
    case TargetKind::Region: return "region " + name;
    case TargetKind::Service: return needs_word(model, name) ? "service " + name : name;
    case TargetKind::Store: return needs_word(model, name) ? "store " + name : name;
    case TargetKind::Channel: return needs_word(model, name) ? "channel " + name : name;
    case TargetKind::External: return needs_word(model, name) ? "external " + name : name;
  }
  return name;
}

std::string fault_text(const Architecture& model, const Fault& fault) {
  const std::string target = target_text(model, fault.target);
  switch (fault.kind) {
    case FaultKind::Lose:
    case FaultKind::Flush:
    case FaultKind::Pause: return target;
    case FaultKind::Slow:
    case FaultKind::Cpu: return target + " " + to_text(fault.factor);
    case FaultKind::Fail: return target + " " + to_text(fault.share);
    case FaultKind::Cut: return target + " -> " + target_text(model, fault.to);
    case FaultKind::Drop:
      return to_text(fault.share) + " " + target + " -> " + target_text(model, fault.to);
    case FaultKind::Flap: return target + " every " + to_text(fault.every);
  }
  return target;
}

template <FaultKind K>
constexpr Entry fault_entry() {
  constexpr FaultForm kForm = kForms[static_cast<std::size_t>(K)];
  OwnForm form;
  form.read = [](Reader& reader, const Place& place, void* owner) {
    Fault& fault = fault_of(owner);
    if (!fault.target.name.empty() || fault.target.kind != TargetKind::None) {
      reader.contradiction(place.key_span,
                           "a fault with both `" + std::string(to_text_enum(fault.kind)) +
                               "` and `" + std::string(place.key) + "`",
                           "a fault is one thing that goes wrong; list a second one apart");
      return false;
    }
    fault.kind = K;
    std::string_view text;
    const std::string_view example = kForms[static_cast<std::size_t>(K)].example;
    if (!reader.text_of(place, example, text)) return false;
    if (parse_fault(reader, place, split_words(text), fault)) return true;
    reader.bad_value(place, std::string(place.key) + ": " + shown(text) + " is not of its form",
                     {std::string(place.key) + ": " + std::string(example)});
    return false;
  };
  form.write = [](const Writer& writer, const void* owner) {
    return Out::scalar(fault_text(writer.model(), *static_cast<const Fault*>(owner)));
  };
  return own_entry(to_text_enum(K), kForm.about, text_type, form)
      .when([](const void* owner) { return static_cast<const Fault*>(owner)->kind == K; })
      .eg(kForm.example);
}

void finish_fault(Reader& reader, const Place& place, void*) {
  const Value map = reader.at(place.value);
  for (int i = 0; i < map.count; ++i)
    if (parse_enum<FaultKind>(reader.document().member(map, i).key)) return;
  std::vector<std::string> kinds(EnumNames<FaultKind>::value.begin(),
                                 EnumNames<FaultKind>::value.end());
  Diagnostic& d = reader.problem(kMissingKey, map.span, "a fault that breaks nothing");
  d.because = "a fault needs one of " + enumerate(kinds, "or");
  d.allowed = {"{ at: 2min, for: 5min, lose: zone a }", "{ at: 2min, for: 3min, slow: psp x10 }"};
}

}  // namespace

SCANTLING_STRUCTURE(Fault) {
  static constexpr Entry kEntries[] = {
      field<&Fault::at>("at", "when, from the start of the measured time")
          .eg("2min")
          .by_default("0s"),
      field<&Fault::lasts>("for", "how long").eg("5min").by_default("to the end"),
      fault_entry<FaultKind::Lose>(),
      fault_entry<FaultKind::Slow>(),
      fault_entry<FaultKind::Fail>(),
      fault_entry<FaultKind::Cut>(),
      fault_entry<FaultKind::Drop>(),
      fault_entry<FaultKind::Cpu>(),
      fault_entry<FaultKind::Flush>(),
      fault_entry<FaultKind::Pause>(),
      fault_entry<FaultKind::Flap>(),
  };
  static constexpr StructType kType{.name = "fault",
                                    .about = "Something that goes wrong, when and how long",
                                    .entries = kEntries,
                                    .finish = finish_fault};
  return kType;
}

}  // namespace scantling
