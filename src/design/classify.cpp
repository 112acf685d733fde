#include "design/classify.h"

#include <algorithm>
#include <map>

#include <fmt/core.h>

#include "base/text.h"

namespace scantling {
namespace {

constexpr double core_share = .75;  // of the most weight

struct Evidence {
  double weight = 0;
  bool own_work = false;
  std::vector<std::string> atomic, starting, asked, caused;  // operations
};

void add_once(std::vector<std::string>& list, const std::string& name) {
  if (std::ranges::find(list, name) == list.end()) list.push_back(name);
}

class Weighing {
 public:
  Weighing(const Architecture& model, const std::vector<std::vector<AggregateId>>& groups)
      : evidence_(groups.size()) {
    for (std::size_t g = 0; g < groups.size(); ++g)
      for (const AggregateId id : groups[g])
        group_of_[id] = g;
    for (const Operation& operation : model.operations)
      for (const std::string& event : *operation.on)
        ++listeners_[event];
  }

  void add(const Operation& operation) {
    const bool asked = operation.on->empty() && !operation.every;
    const bool atomic = operation.atomic.or_else(false);
    int started = 0;
    for (const std::string& e : *operation.emits)
      started += listeners_[parse_emission(e).event];
    std::size_t home = evidence_.size();  // with most of the writes, the last of several
    std::map<std::size_t, int> writes;
    for (const ProblemStep& step : *operation.steps) {
      const auto found = group_of_.find(step.aggregate.id);
      if (found == group_of_.end() || !is_write(step.verb)) continue;
      Evidence& own = evidence_[found->second];
      const std::size_t here = found->second;
      ++writes[here];
      if (home == evidence_.size() || writes[here] >= writes[home]) home = here;
      if (asked || !operation.emits->empty()) own.own_work = true;
      if (atomic) own.weight += 1;
      add_once(atomic ? own.atomic : asked ? own.asked : own.caused, operation.name);
    }
    if (home == evidence_.size() || !asked) return;
    evidence_[home].weight += started + (atomic ? 2 : 0);
    if (started > 0)
      evidence_[home].starting.push_back(
          fmt::format("{} starts {}", operation.name, plural(started, "other")));
  }

  std::vector<Classification> result() const {
    double most = 0;
    for (const Evidence& e : evidence_)
      most = std::max(most, e.weight);
    std::vector<Classification> out;
    for (const Evidence& e : evidence_) {
      const bool core = evidence_.size() == 1 || (e.weight > 0 && e.weight >= core_share * most);
      out.push_back({core         ? ContextKind::Core
                     : e.own_work ? ContextKind::Supporting
                                  : ContextKind::Generic,
                     reason(e, core)});
    }
    return out;
  }

 private:
  std::string reason(const Evidence& e, bool core) const {
    if (evidence_.size() == 1) return "it is the only one";
    std::vector<std::string> parts;
    if (!e.atomic.empty()) parts.push_back(enumerate(e.atomic) + " must be whole");
    if (!e.starting.empty()) parts.push_back(enumerate(e.starting));
    if (core) return enumerate(parts);
    if (e.own_work) {
      const auto& work = e.asked.empty() ? e.caused : e.asked;
      if (!work.empty())
        parts.push_back(
            fmt::format("{} {} asked of it", enumerate(work), work.size() == 1 ? "is" : "are"));
      return parts.empty() ? "it announces what others act on" : enumerate(parts);
    }
    if (!e.caused.empty())
      return fmt::format(
          "only written when something happened elsewhere ({}), and announces "
          "nothing",
          enumerate(e.caused));
    return "no operation writes it";
  }

  std::vector<Evidence> evidence_;
  std::map<AggregateId, std::size_t> group_of_;
  std::map<std::string, int> listeners_;
};

}  // namespace

std::vector<Classification> classify(const Architecture& model,
                                     const std::vector<std::vector<AggregateId>>& groups) {
  Weighing weighing(model, groups);
  for (const Operation& operation : model.operations)
    weighing.add(operation);
  return weighing.result();
}

}  // namespace scantling
