// What the derivations share: reading the model, and building small systems.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "verify/derive.h"

namespace scantling::verify {

std::string path_of(const Architecture& model, EndpointId id);  // "services.a.endpoints.x"
bool is_cache(const Store& store);
// Its copies elect their leader by votes: the model says how.
bool is_elected(const Store& store);
bool at_least_once(const Channel& channel);  // also when the model doesn't say
// Whether a second run of the endpoint is harmless: by nature, by key, or not.
Idempotency repeat_of(const Derivation& d, EndpointId id);
// Who asks for the endpoint again when an answer doesn't come; empty when the model names nobody.
std::string repeater_of(const Derivation& d, EndpointId id);
// Its steps in order, outermost first: the whole list, or those that the endpoint waits for.
std::vector<const Step*> steps_of(const Endpoint& endpoint);
// The same step of a copy of the model.
Step* same_step(Architecture& copy, const Architecture& model, EndpointId id, const Step& step);

// A system of one protocol: its lanes, variables and rules.
class Builder {
 public:
  Builder(std::string name, std::string element);

  int lane(const std::string& name);  // the same for the same name
  Var variable(std::string name, int lane, std::vector<std::string> texts);
  // As `variable`, of where its owner stands in its work.
  Var place(std::string name, int lane, std::vector<std::string> texts);
  Var message(std::string name, int most);
  Draft rule(int lane, std::string text);
  void never(std::string property, std::vector<Conds> states, std::vector<Conds> premise,
             std::string broken);
  void rests(std::string property, std::vector<Conds> states, std::vector<Conds> premise,
             std::string broken);
  void ends(std::string property, std::vector<Conds> premise, std::string broken);
  void note(std::string text);
  void sum(Sum sum) { out_.sums.push_back(std::move(sum)); }
  void repair(std::string property, std::string text, std::string element,
              std::function<void(Mender&)> apply);
  Protocol finish(Span span);

 private:
  void property(Shape shape, std::string name, std::vector<Conds> states,
                std::vector<Conds> premise, std::string broken);

  Protocol out_;
};

// `var` has `value` and so on, in any order.
Conds all_of(std::vector<std::pair<Var, int>> list);

}  // namespace scantling::verify
