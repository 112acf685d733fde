#include "boundaries/observed_traces.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "boundaries/index.h"
#include "boundaries/json_input.h"

namespace scantling::boundaries {
namespace {

using Json = nlohmann::ordered_json;

constexpr int nested_at_most = 60;  // repetitions in repetitions
constexpr std::int64_t often_at_most = 1'000'000'000;

// A whole number from 1, or nothing.
std::int64_t count_of(const Json& json) {
  if (!json.is_number_integer()) return 0;
  const auto value = json.get<std::int64_t>();
  return value > 0 && value <= often_at_most ? value : 0;
}

double frequency(const Json& object, double otherwise) {
  const auto found = object.find("f");
  const std::int64_t count = found == object.end() ? 0 : count_of(*found);
  return count > 0 ? static_cast<double>(count) : otherwise;
}

class TraceReader {
 public:
  Expected<void> name_entities(std::string_view ids) {
    if (ids.empty()) return {};
    const Expected<Json> json = parse_json_object<Json>(ids);
    if (!json) return fail(json.error().message);
    for (const auto& [name, id] : json->items()) {
      if (!id.is_number_integer()) return fail("entity '" + name + "' has no whole number");
      names_.emplace(id.get<std::int64_t>(), name);
    }
    return {};
  }

  Expected<Input> run(const Json& controllers) {
    for (const auto& [name, controller] : controllers.items())
      if (auto added = add_controller(name, controller); !added)
        return fail("functionality '" + name + "': " + added.error().message);
    number_entities();
    input_.rated = false;
    return std::move(input_);
  }

 private:
  Expected<void> add_controller(const std::string& name, const Json& controller) {
    if (!controller.is_object() || !controller.contains("t") || !controller["t"].is_array())
      return fail("it has no list 't' of traces");
    const Json& traces = controller["t"];
    const double often = frequency(controller, 1);
    for (std::size_t i = 0; i < traces.size(); ++i) {
      const Json& trace = traces[i];
      if (!trace.is_object() || !trace.contains("a")) continue;  // it touched nothing
      const Json& elements = trace["a"];
      if (!elements.is_array()) return fail("'a' is not a list");
      Functionality f;
      f.name = traces.size() > 1 ? fmt::format("{}#{}", name, i + 1) : name;
      f.rate = frequency(trace, often);
      if (auto unfolded = unfold(elements, 0, elements.size(), 0, f); !unfolded) return unfolded;
      if (!f.accesses.empty()) input_.functionalities.push_back(std::move(f));
    }
    return {};
  }

  Expected<void> unfold(const Json& elements, std::size_t begin, std::size_t end, int depth,
                        Functionality& f) {
    if (depth > nested_at_most)
      return fail(fmt::format("repetitions nest more than {} deep", nested_at_most));
    for (std::size_t i = begin; i < end; ++i) {
      const Json& element = elements[i];
      if (!element.is_array() || element.empty() || (element[0].is_string() && element.size() < 2))
        return fail(fmt::format("element {} is neither [\"R\", 20], [\"R\", 20, 2] nor [2, 3]", i));
      if (element[0].is_string()) {
        if (auto added = add_access(element, i, f); !added) return added;
        continue;
      }
      const std::int64_t length = count_of(element[0]);
      const std::int64_t times = element.size() > 1 ? count_of(element[1]) : 1;
      if (length == 0 || times == 0 || static_cast<std::uint64_t>(length) >= end - i)
        return fail(fmt::format("element {} repeats more than what follows", i));
      const std::size_t last = i + 1 + static_cast<std::size_t>(length);
      for (std::int64_t t = 0; t < times; ++t)
        if (auto again = unfold(elements, i + 1, last, depth + 1, f); !again) return again;
      i = last - 1;
    }
    return {};
  }

  Expected<void> add_access(const Json& element, std::size_t i, Functionality& f) {
    const bool write = element[0] == "W";
    if ((!write && element[0] != "R") || !element[1].is_number_integer())
      return fail(fmt::format("element {} is neither [\"R\", 20] nor [\"W\", 20]", i));
    if (++accesses_ > observed_accesses_at_most)
      return fail(fmt::format("more than {} accesses, unfolded", observed_accesses_at_most));
    const std::int64_t times = element.size() > 2 ? count_of(element[2]) : 1;
    if (times == 0) return fail(fmt::format("element {} has no number of times from 1", i));
    const auto id = element[1].get<std::int64_t>();
    const auto [it, added] = index_.emplace(id, static_cast<int>(index_.size()));
    f.accesses.push_back({it->second, write, static_cast<double>(times)});
    return {};
  }

  // Entities by number, whatever the order of the traces.
  void number_entities() {
    std::vector<int> place(index_.size(), 0);
    for (const auto& [id, met] : index_) {
      place[at(met)] = static_cast<int>(input_.entities.size());
      const auto name = names_.find(id);
      input_.entities.push_back({name == names_.end() ? std::to_string(id) : name->second, 1, -1});
    }
    for (Functionality& f : input_.functionalities)
      for (Access& access : f.accesses)
        access.entity = place[at(access.entity)];
  }

  Input input_;
  std::map<std::int64_t, std::string> names_;
  std::map<std::int64_t, int> index_;  // by number of the file: in the order met
  std::size_t accesses_ = 0;
};

}  // namespace

Expected<Input> parse_observed_traces(std::string_view traces, std::string_view ids) {
  TraceReader reader;
  if (auto named = reader.name_entities(ids); !named) return fail(named.error().message);
  const Expected<Json> json = parse_json_object<Json>(traces);
  if (!json) return fail(json.error().message);
  return reader.run(*json);
}

}  // namespace scantling::boundaries
