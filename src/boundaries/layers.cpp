#include "boundaries/layers.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>

#include "boundaries/index.h"

namespace scantling::boundaries {
namespace {

struct Touch {
  int entity = 0;
  bool write = false;
};

std::vector<Touch> touches_of(const Functionality& f) {
  std::vector<Touch> touches;
  for (const Access& access : f.accesses)
    touches.push_back({access.entity, access.write});
  // Writes first among equals, so that unique keeps them.
  std::sort(touches.begin(), touches.end(), [](const Touch& x, const Touch& y) {
    return x.entity != y.entity ? x.entity < y.entity : x.write > y.write;
  });
  const auto same = [](const Touch& x, const Touch& y) { return x.entity == y.entity; };
  touches.erase(std::unique(touches.begin(), touches.end(), same), touches.end());
  return touches;
}

// Parallel edges folded, a < b, in order.
std::vector<Edge> folded(std::vector<Edge> edges) {
  for (Edge& edge : edges)
    if (edge.a > edge.b) std::swap(edge.a, edge.b);
  std::stable_sort(edges.begin(), edges.end(),
                   [](const Edge& x, const Edge& y) { return x.a != y.a ? x.a < y.a : x.b < y.b; });
  std::size_t out = 0;
  for (const Edge& edge : edges) {
    if (out > 0 && edges[out - 1].a == edge.a && edges[out - 1].b == edge.b)
      edges[out - 1].weight += edge.weight;
    else
      edges[out++] = edge;
  }
  edges.resize(out);
  return edges;
}

}  // namespace

std::vector<CoChange> co_changes(const std::vector<std::vector<int>>& commits, int largest) {
  std::vector<Edge> edges;
  for (std::vector<int> files : commits) {
    std::sort(files.begin(), files.end());
    files.erase(std::unique(files.begin(), files.end()), files.end());
    if (files.size() < 2 || files.size() > at(largest)) continue;
    for (std::size_t i = 0; i < files.size(); ++i)
      for (std::size_t j = i + 1; j < files.size(); ++j)
        edges.push_back({files[i], files[j], 1 / static_cast<double>(files.size() - 1)});
  }
  std::vector<CoChange> pairs;
  for (const Edge& edge : folded(std::move(edges)))
    pairs.push_back({edge.a, edge.b, edge.weight});
  return pairs;
}

std::vector<Edge> co_access_edges(const Functionality& f) {
  const std::vector<Touch> touches = touches_of(f);
  std::vector<Edge> edges;
  if (touches.size() < 2 || touches.size() > at(widest_functionality)) return edges;
  const double damped = f.rate / static_cast<double>(touches.size() - 1);
  for (std::size_t i = 0; i < touches.size(); ++i)
    for (std::size_t j = i + 1; j < touches.size(); ++j) {
      const int writes = int{touches[i].write} + int{touches[j].write};
      edges.push_back({touches[i].entity, touches[j].entity, damped * (1 + writes)});
    }
  return edges;
}

std::vector<Edge> co_access_layer(const Input& input) {
  std::vector<Edge> edges;
  for (const Functionality& f : input.functionalities) {
    const std::vector<Edge> own = co_access_edges(f);
    edges.insert(edges.end(), own.begin(), own.end());
  }
  return folded(std::move(edges));
}

std::vector<Edge> sequence_layer(const Input& input) {
  std::vector<Edge> edges;
  for (const Functionality& f : input.functionalities)
    for (std::size_t i = 1; i < f.accesses.size(); ++i)
      if (f.accesses[i - 1].entity != f.accesses[i].entity)
        edges.push_back({f.accesses[i - 1].entity, f.accesses[i].entity, f.rate});
  edges = folded(std::move(edges));
  // Rates below one would make ln(1 + v) linear: scale by the smallest.
  double smallest = 1;
  for (const Edge& edge : edges)
    if (edge.weight > 0) smallest = std::min(smallest, edge.weight);
  for (Edge& edge : edges)
    edge.weight = std::log1p(edge.weight / smallest);
  return edges;
}

std::vector<Edge> relation_layer(const Input& input) {
  std::vector<Edge> edges;
  for (const Relation& relation : input.relations)
    if (relation.a != relation.b)
      edges.push_back({relation.a, relation.b, relation.kind == RelationKind::PartOf ? 1.0 : .5});
  return folded(std::move(edges));
}

std::vector<Edge> co_change_layer(const Input& input) {
  std::vector<Edge> edges;
  for (const CoChange& change : input.co_changes)
    if (change.a != change.b) edges.push_back({change.a, change.b, change.weight});
  return folded(std::move(edges));
}

std::vector<Edge> team_layer(const Input& input) {
  std::map<int, std::vector<int>> members;
  for (std::size_t i = 0; i < input.entities.size(); ++i)
    if (input.entities[i].team >= 0) members[input.entities[i].team].push_back(static_cast<int>(i));
  std::vector<Edge> edges;
  for (const CoChange& shared : input.shared_authors)
    if (shared.a != shared.b) edges.push_back({shared.a, shared.b, shared.weight});
  // One team for all says nothing.
  if (members.size() < 2) return folded(std::move(edges));
  for (const auto& [team, owned] : members) {
    if (owned.size() > at(widest_functionality)) continue;
    for (std::size_t i = 0; i < owned.size(); ++i)
      for (std::size_t j = i + 1; j < owned.size(); ++j)
        edges.push_back({owned[i], owned[j], 1 / static_cast<double>(owned.size() - 1)});
  }
  return folded(std::move(edges));
}

std::vector<std::string> name_words(std::string_view name) {
  std::vector<std::string> words;
  std::string word;
  const auto flush = [&] {
    if (word.size() > 1) words.push_back(word);
    word.clear();
  };
  for (std::size_t i = 0; i < name.size(); ++i) {
    const auto c = static_cast<unsigned char>(name[i]);
    if (!std::isalpha(c)) {
      flush();
      continue;
    }
    const bool next_lower =
        i + 1 < name.size() && std::islower(static_cast<unsigned char>(name[i + 1]));
    const bool after_lower = i > 0 && std::islower(static_cast<unsigned char>(name[i - 1]));
    if (std::isupper(c) && (after_lower || next_lower)) flush();
    word.push_back(static_cast<char>(std::tolower(c)));
  }
  flush();
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return words;
}

std::vector<Edge> name_layer(const Input& input) {
  const double n = static_cast<double>(input.entities.size());
  std::map<std::string, std::vector<int>> index;
  for (std::size_t i = 0; i < input.entities.size(); ++i)
    for (const std::string& word : name_words(input.entities[i].name))
      index[word].push_back(static_cast<int>(i));
  std::vector<double> squares(input.entities.size(), 0);
  const auto rarity = [&](const std::vector<int>& bearers) {
    return std::log(n / static_cast<double>(bearers.size()));
  };
  for (const auto& [word, bearers] : index)
    for (const int bearer : bearers)
      squares[at(bearer)] += rarity(bearers) * rarity(bearers);
  std::vector<Edge> edges;
  for (const auto& [word, bearers] : index) {
    const double weight = rarity(bearers) * rarity(bearers);
    if (weight <= 0 || bearers.size() > at(widest_functionality)) continue;
    for (std::size_t i = 0; i < bearers.size(); ++i)
      for (std::size_t j = i + 1; j < bearers.size(); ++j)
        edges.push_back({bearers[i], bearers[j],
                         weight / std::sqrt(squares[at(bearers[i])] * squares[at(bearers[j])])});
  }
  return folded(std::move(edges));
}

void damp_hubs(std::vector<Edge>& edges, std::size_t nodes, double exponent) {
  if (exponent <= 0) return;
  std::vector<double> strength(nodes, 0);
  for (const Edge& edge : edges) {
    strength[at(edge.a)] += edge.weight;
    strength[at(edge.b)] += edge.weight;
  }
  for (Edge& edge : edges)
    if (edge.weight > 0)
      edge.weight /= std::pow(strength[at(edge.a)] * strength[at(edge.b)], exponent);
}

Graph layered_graph(const Input& input, const LayerWeights& weights) {
  struct Layer {
    std::vector<Edge> edges;
    double weight;
    double sum = 0;
  };
  std::vector<Layer> layers;
  layers.push_back({co_access_layer(input), weights.co_access});
  layers.push_back({sequence_layer(input), weights.sequence});
  layers.push_back({relation_layer(input), weights.relations});
  layers.push_back({co_change_layer(input), weights.co_change});
  layers.push_back({team_layer(input), weights.team});
  layers.push_back({name_layer(input), weights.names});
  double present = 0;
  for (Layer& layer : layers) {
    damp_hubs(layer.edges, input.entities.size(), weights.hub_damping);
    for (const Edge& edge : layer.edges)
      layer.sum += edge.weight;
    if (&layer == &layers.back() && present > 0)
      layer.weight = std::min(layer.weight, present * .15 / .85);
    if (layer.sum > 0) present += layer.weight;
  }
  std::vector<Edge> edges;
  for (const Layer& layer : layers) {
    if (layer.sum <= 0 || layer.weight <= 0 || present <= 0) continue;
    for (const Edge& edge : layer.edges)
      if (edge.weight > 0)
        edges.push_back({edge.a, edge.b, edge.weight * layer.weight / (layer.sum * present)});
  }
  return Graph(static_cast<int>(input.entities.size()), std::move(edges));
}

}  // namespace scantling::boundaries
