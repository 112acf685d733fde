#include "boundaries/service_cutter.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/text.h"
#include "boundaries/index.h"
#include "boundaries/json_input.h"

namespace scantling::boundaries {
namespace {

using Json = nlohmann::ordered_json;  // the file's order of functionalities

constexpr std::size_t named_at_most = 5;  // unknown names in one note

class Representations {
 public:
  explicit Representations(Subject& subject) : subject_(subject) {
    for (std::size_t e = 0; e < subject.input.entities.size(); ++e)
      index_.emplace(subject.input.entities[e].name, static_cast<int>(e));
  }

  // Entities of a list of "Entity.attribute", each once, in order.
  Expected<std::vector<int>> entities(const Json& owner, const char* key) {
    std::vector<int> out;
    const auto found = owner.find(key);
    if (found == owner.end()) return out;
    if (!found->is_array()) return fail(fmt::format("'{}' is not a list of names", key));
    for (const Json& item : *found) {
      if (!item.is_string()) return fail(fmt::format("'{}' holds something that is no name", key));
      const auto text = item.get<std::string>();
      const auto known = index_.find(text.substr(0, text.find('.')));
      if (known == index_.end())
        unknown_.insert(text);
      else if (std::ranges::find(out, known->second) == out.end())
        out.push_back(known->second);
    }
    return out;
  }

  Expected<void> add_use_cases(const Json& list) {
    if (!list.is_array()) return fail("'useCases' is not a list");
    for (const Json& item : list) {
      if (!item.is_object() || !item.contains("name") || !item["name"].is_string())
        return fail("a use case without a name");
      auto read = entities(item, "nanoentitiesRead");
      auto written = entities(item, "nanoentitiesWritten");
      if (!read || !written)
        return fail(fmt::format("use case '{}': {}", item["name"].get<std::string>(),
                                read ? written.error().message : read.error().message));
      Functionality& f = subject_.input.functionalities.emplace_back();
      f.name = item["name"].get<std::string>();
      for (const int entity : *read)
        f.accesses.push_back({entity, false, 1});
      for (const int entity : *written)
        f.accesses.push_back({entity, true, 1});
      if (f.accesses.empty()) subject_.input.functionalities.pop_back();
    }
    return {};
  }

  // Named groups of entities under a key; absent: none.
  Expected<std::vector<std::pair<std::string, std::vector<int>>>> groups(const Json& json,
                                                                         const char* key) {
    std::vector<std::pair<std::string, std::vector<int>>> out;
    const auto found = json.find(key);
    if (found == json.end()) return out;
    if (!found->is_array()) return fail(fmt::format("'{}' is not a list", key));
    for (const Json& item : *found) {
      if (!item.is_object()) return fail(fmt::format("'{}' holds something without a name", key));
      auto members = entities(item, "nanoentities");
      if (!members) return fail(members.error().message);
      const auto name = item.find("name");
      out.emplace_back(
          name != item.end() && name->is_string() ? name->get<std::string>() : std::string(key),
          std::move(*members));
    }
    return out;
  }

  void note_unknown() {
    if (unknown_.empty()) return;
    std::vector<std::string> names(unknown_.begin(), unknown_.end());
    const std::size_t more = names.size() > named_at_most ? names.size() - named_at_most : 0;
    names.resize(names.size() - more);
    subject_.notes.push_back(
        fmt::format("{}{} named in the user representations, but no entity of the model has it",
                    join(names, ", "), more > 0 ? fmt::format(" and {} more", more) : ""));
  }

 private:
  Subject& subject_;
  std::map<std::string, int> index_;
  std::set<std::string> unknown_;
};

using Groups = std::vector<std::pair<std::string, std::vector<int>>>;

void add_aggregates(const Groups& groups, Subject& subject) {
  for (const auto& [name, members] : groups)
    for (std::size_t i = 1; i < members.size(); ++i)
      subject.input.relations.push_back({members[i], members[0], RelationKind::PartOf});
}

// An entity of two owners belongs to none.
void add_owners(const Groups& groups, Subject& subject) {
  std::map<int, int> owners;
  for (const auto& [name, members] : groups) {
    const int team = static_cast<int>(subject.teams.size());
    subject.teams.push_back(name);
    for (const int entity : members) {
      subject.input.entities[at(entity)].team = ++owners[entity] == 1 ? team : -1;
    }
  }
}

void add_zones(const Groups& groups, Subject& subject) {
  std::map<int, int> zones;  // how many an entity is in
  for (const auto& [name, members] : groups)
    for (const int entity : members)
      ++zones[entity];
  for (std::size_t i = 0; i < groups.size(); ++i)
    for (std::size_t j = i + 1; j < groups.size(); ++j)
      for (const int a : groups[i].second)
        for (const int b : groups[j].second)
          if (zones[a] == 1 && zones[b] == 1)
            subject.input.constraints.keep_apart.push_back({a, b});
}

void add_predefined(const Groups& groups, Subject& subject) {
  if (groups.empty()) return;
  subject.given.name = "predefined services";
  subject.given.group.assign(subject.input.entities.size(), -1);
  for (const auto& [name, members] : groups) {
    for (const int entity : members)
      if (subject.given.group[at(entity)] < 0)
        subject.given.group[at(entity)] = static_cast<int>(subject.given.names.size());
    subject.given.names.push_back(name);
  }
}

Expected<void> add_entity(const Json& item, Subject& subject, std::set<std::string>& names) {
  if (!item.is_object() || !item.contains("name") || !item["name"].is_string())
    return fail(
        "an entity without a name; an entity is {\"name\": \"Order\", \"nanoentities\": "
        "[\"date\"]}");
  Entity entity{item["name"].get<std::string>(), 1, -1};
  const auto parts = item.find("nanoentities");
  if (parts != item.end() && parts->is_array())
    entity.size = std::max(1.0, static_cast<double>(parts->size()));
  if (!names.insert(entity.name).second)
    return fail(fmt::format("entity '{}' stands twice", entity.name));
  subject.input.entities.push_back(std::move(entity));
  return {};
}

}  // namespace

Expected<Subject> parse_er_model(std::string_view text) {
  const Expected<Json> json = parse_json_object<Json>(text);
  if (!json) return fail(json.error().message);
  if (!json->contains("entities") || !(*json)["entities"].is_array())
    return fail("no list 'entities'");
  Subject subject;
  subject.input.rated = false;
  subject.format = "entity-relationship model (Service Cutter)";
  if (json->contains("name") && (*json)["name"].is_string())
    subject.name = (*json)["name"].get<std::string>();
  std::set<std::string> names;
  for (const Json& item : (*json)["entities"])
    if (auto added = add_entity(item, subject, names); !added) return fail(added.error().message);
  std::map<std::string, int> index;
  for (std::size_t e = 0; e < subject.input.entities.size(); ++e)
    index.emplace(subject.input.entities[e].name, static_cast<int>(e));
  if (!json->contains("relations")) return subject;
  for (const Json& item : (*json)["relations"]) {
    const auto end = [&](const char* key) {
      const auto found = item.is_object() ? item.find(key) : item.end();
      if (!item.is_object() || found == item.end() || !found->is_string()) return -1;
      const auto known = index.find(found->get<std::string>());
      return known == index.end() ? -1 : known->second;
    };
    const int origin = end("origin"), destination = end("destination");
    if (origin < 0 || destination < 0)
      return fail("a relation without 'origin' and 'destination' that are entities: " +
                  item.dump(-1, ' ', false, Json::error_handler_t::replace).substr(0, 120));
    const bool whole = item.contains("type") && item["type"] != "AGGREGATION";
    subject.input.relations.push_back(
        {origin, destination, whole ? RelationKind::PartOf : RelationKind::RefersTo});
  }
  return subject;
}

Expected<void> add_user_representations(std::string_view text, Subject& subject) {
  const Expected<Json> json = parse_json_object<Json>(text);
  if (!json) return fail(json.error().message);
  Representations reader(subject);
  if (json->contains("useCases"))
    if (auto added = reader.add_use_cases((*json)["useCases"]); !added)
      return fail(added.error().message);
  const std::pair<const char*, void (*)(const Groups&, Subject&)> lists[] = {
      {"aggregates", add_aggregates},
      {"sharedOwnerGroups", add_owners},
      {"separatedSecurityZones", add_zones},
      {"predefinedServices", add_predefined}};
  for (const auto& [key, add] : lists) {
    const auto groups = reader.groups(*json, key);
    if (!groups) return fail(groups.error().message);
    add(*groups, subject);
  }
  reader.note_unknown();
  return {};
}

}  // namespace scantling::boundaries
