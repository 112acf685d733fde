#include "boundaries/subject.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "boundaries/cml_tokens.h"
#include "boundaries/json_input.h"

namespace scantling::boundaries {
namespace {

Expected<Subject> read(std::vector<InputFile> files) {
  return read_subject(files);
}

int entity(const Subject& subject, std::string_view name) {
  for (std::size_t e = 0; e < subject.input.entities.size(); ++e)
    if (subject.input.entities[e].name == name) return static_cast<int>(e);
  return -1;
}

const Functionality* functionality(const Subject& subject, std::string_view name) {
  for (const Functionality& f : subject.input.functionalities)
    if (f.name == name) return &f;
  return nullptr;
}

const InputFile er{"m.json", R"({"name": "Shop", "entities": [
  {"name": "Order", "nanoentities": ["id", "date", "state"]},
  {"name": "Line", "nanoentities": ["count"]}, {"name": "Card"}],
  "relations": [{"origin": "Line", "destination": "Order", "type": "COMPOSITION"},
                {"origin": "Order", "destination": "Card", "type": "AGGREGATION"}]})"};

TEST(ServiceCutter, EntitiesRelationsAndUseCases) {
  const InputFile use{"u.json", R"({"useCases": [{"name": "pay", "nanoentitiesRead": ["Card.number",
    "Order.id", "Order.date"], "nanoentitiesWritten": ["Order.state"]}],
    "sharedOwnerGroups": [{"name": "money", "nanoentities": ["Card.number"]}],
    "separatedSecurityZones": [{"name": "in", "nanoentities": ["Card.number"]},
                               {"name": "out", "nanoentities": ["Order.id", "Ghost.x"]}],
    "predefinedServices": [{"name": "vault", "nanoentities": ["Card.number"]}]})"};
  const auto subject = read({er, use});
  ASSERT_TRUE(subject.has_value());
  EXPECT_EQ(subject->name, "Shop");
  ASSERT_EQ(subject->input.entities.size(), 3U);
  EXPECT_EQ(subject->input.entities[0].size, 3);
  EXPECT_EQ(subject->input.entities[2].size, 1);
  ASSERT_EQ(subject->input.relations.size(), 2U);
  EXPECT_EQ(subject->input.relations[0].kind, RelationKind::PartOf);
  EXPECT_EQ(subject->input.relations[1].kind, RelationKind::RefersTo);
  const Functionality* pay = functionality(*subject, "pay");
  ASSERT_NE(pay, nullptr);
  ASSERT_EQ(pay->accesses.size(), 3U);  // Card and Order read once each, then Order written
  EXPECT_EQ(pay->accesses[0].entity, 2);
  EXPECT_FALSE(pay->accesses[1].write);
  EXPECT_TRUE(pay->accesses[2].write);
  EXPECT_EQ(subject->teams, std::vector<std::string>{"money"});
  EXPECT_EQ(subject->input.entities[2].team, 0);
  const std::vector<std::vector<int>> apart{{2, 0}};
  EXPECT_EQ(subject->input.constraints.keep_apart, apart);
  EXPECT_EQ(subject->given.group, (std::vector<int>{-1, -1, 0}));
  ASSERT_EQ(subject->notes.size(), 1U);
  EXPECT_NE(subject->notes[0].find("Ghost.x"), std::string::npos);
}

TEST(ServiceCutter, SaysWhatIsWrong) {
  const auto error = [](const char* text) {
    const auto subject = read({{"m.json", text}});
    return subject ? std::string("read") : subject.error().message;
  };
  EXPECT_EQ(error(R"({"entities": [{"nanoentities": []}]})"),
            "m.json: an entity without a name; an entity is {\"name\": \"Order\", "
            "\"nanoentities\": [\"date\"]}");
  EXPECT_EQ(error(R"({"entities": [{"name": "A"}, {"name": "A"}]})"),
            "m.json: entity 'A' stands twice");
  EXPECT_NE(
      error(R"({"entities": [{"name": "A"}], "relations": [{"origin": "A"}]})").find("origin"),
      std::string::npos);
  EXPECT_EQ(error(R"({"entities": []})"), "m.json: it holds no entity: there is nothing to cut");
}

TEST(ObservedTraces, AreUnfoldedAndNamed) {
  const InputFile traces{"t.json", R"({
    "C.view": {"f": 7, "t": [{"id": 0, "a": [["R", 9], [2, 3], ["W", 4], ["R", 9, 2]]}]},
    "C.none": {"t": [{"id": 0}]},
    "C.edit": {"t": [{"id": 0, "f": 2, "a": [[3, 2], ["R", 9], [1, 2], ["W", 4]]},
                     {"id": 1, "a": [[1], ["R", 5]]}]}})"};
  const auto subject = read({traces, {"ids.json", R"({"Order": 4, "User": 9})"}});
  ASSERT_TRUE(subject) << subject.error().message;
  const Input& input = subject->input;
  ASSERT_EQ(input.entities.size(), 3U);
  EXPECT_EQ(input.entities[0].name, "Order");
  EXPECT_EQ(input.entities[1].name, "5");
  EXPECT_EQ(input.entities[2].name, "User");
  const auto sequence = [&](std::size_t f) {
    std::string text;
    for (const Access& a : input.functionalities[f].accesses)
      text += fmt::format("{}{}x{} ", a.write ? "W" : "R", a.entity, a.times);
    return text;
  };
  ASSERT_EQ(input.functionalities.size(), 3U);
  EXPECT_EQ(input.functionalities[0].rate, 7);
  EXPECT_EQ(sequence(0), "R2x1 W0x1 R2x2 W0x1 R2x2 W0x1 R2x2 ");
  EXPECT_EQ(input.functionalities[1].name, "C.edit#1");
  EXPECT_EQ(input.functionalities[1].rate, 2);
  EXPECT_EQ(sequence(1), "R2x1 W0x1 W0x1 R2x1 W0x1 W0x1 ");
  EXPECT_EQ(sequence(2), "R1x1 ");
}

TEST(ObservedTraces, SayWhatIsWrong) {
  const auto error = [](const std::string& elements) {
    const auto subject = read({{"t.json", R"({"C.m": {"t": [{"a": )" + elements + "}]}}"}});
    return subject ? std::string() : subject.error().message;
  };
  EXPECT_EQ(error("[[2, 2], [\"R\", 1]]"),
            "t.json: functionality 'C.m': element 0 repeats more than what follows");
  EXPECT_NE(error("[[\"X\", 1]]").find("neither"), std::string::npos);
  EXPECT_NE(error("[[\"R\", 1, 0]]").find("times"), std::string::npos);
  EXPECT_NE(error("[[1, 900000000], [\"R\", 1]]").find("more than 2000000"), std::string::npos);
  EXPECT_NE(error("7").find("not a list"), std::string::npos);
}

TEST(Listings, AreCuts) {
  Subject subject;
  subject.input.entities = {{"Order", 1, -1}, {"Line", 1, -1}, {"User", 1, -1}};
  const auto cut = read_cut({"brito.txt",
                             "Found 2 microservices\n- stray\n\nEntities in Microservice 1:\n- "
                             "Order\n- Line\n\nEntities in Microservice 2:\n- User\n- Ghost\n"},
                            subject);
  ASSERT_TRUE(cut) << cut.error().message;
  EXPECT_EQ(cut->group, (std::vector<int>{0, 0, 1}));
  EXPECT_EQ(cut->names[1], "Entities in Microservice 2");
  EXPECT_EQ(cut->unknown, std::vector<std::string>{"Ghost"});
  EXPECT_FALSE(read_cut({"a.txt", "nothing here\n"}, subject));
}

TEST(Cml, ContextsAggregatesTypesAndTeams) {
  const auto subject = read({{"s.cml", R"(
    /* a map */ ContextMap { contains Sales, Stock  Sales [D]<-[U] Stock }
    BoundedContext Sales implements Selling { // the front
      Aggregate Orders { owner SalesTeam
        Entity Order { aggregateRoot - Item item String ^note }
        Service OrderService { void place(@Item item); Order getOrder(@OrderId id); }
      }
    }
    BoundedContext Stock { Module m { Aggregate Items { Entity Item { int count } } } }
    BoundedContext StockTeam realizes Stock { type = TEAM }
    UserStory Restocking { As a "Clerk" I want to "refill" an "Item" so that "all is there" })"}});
  ASSERT_TRUE(subject.has_value()) << subject.error().message;
  ASSERT_EQ(subject->input.entities.size(), 2U);
  const int orders = entity(*subject, "Orders"), items = entity(*subject, "Items");
  EXPECT_EQ(subject->given.names, (std::vector<std::string>{"Sales", "Stock"}));
  EXPECT_EQ(subject->given.group, (std::vector<int>{0, 1}));
  EXPECT_EQ(subject->teams, (std::vector<std::string>{"SalesTeam", "StockTeam"}));
  ASSERT_EQ(subject->input.relations.size(), 1U);
  EXPECT_EQ(subject->input.relations[0].a, orders);
  EXPECT_EQ(subject->input.relations[0].b, items);
  const Functionality* place = functionality(*subject, "OrderService.place");
  ASSERT_NE(place, nullptr);
  ASSERT_EQ(place->accesses.size(), 2U);
  EXPECT_EQ(place->accesses[0].entity, items);
  EXPECT_FALSE(place->accesses[0].write);
  EXPECT_TRUE(place->accesses[1].write);
  const Functionality* get = functionality(*subject, "OrderService.getOrder");
  ASSERT_NE(get, nullptr);
  EXPECT_FALSE(get->accesses[0].write);
  const Functionality* story = functionality(*subject, "Restocking");
  ASSERT_NE(story, nullptr);
  ASSERT_EQ(story->accesses.size(), 1U);
  EXPECT_TRUE(story->accesses[0].write);
}

TEST(Cml, ContextMapInEitherSyntax) {
  const auto subject = read({{"s.cml", R"(
    ContextMap M { type SYSTEM_LANDSCAPE state = TO_BE contains A, B, C
      A [D,ACL]<-[U,OHS,PL] B { implementationTechnology = "x -> y" exposedAggregates = C }
      B [U,S]->[D,C] C : Named
      C [P]<->[P] A
      A <-> B
      A[CF] Downstream-Upstream [OHS]B
      A Customer-Supplier C
      B Shared-Kernel C
      A -> A
      B [OHS]->C
      C -> [ACL]B
      C -> A
      A Partnership Elsewhere
      A -> }
    BoundedContext A { Aggregate X { } } BoundedContext B { Aggregate Y { } }
    BoundedContext C { Aggregate Z { } })"}});
  ASSERT_TRUE(subject) << subject.error().message;
  std::vector<std::string> said;
  for (const ContextRelation& r : subject->given.relations)
    said.push_back(r.upstream + (r.mutual ? " = " : " > ") + r.downstream + ": " + describe(r));
  EXPECT_EQ(said, (std::vector<std::string>{
                      "B > A: OHS, PL -> ACL", "B > C: supplier -> customer", "C = A: partnership",
                      "A = B: shared kernel", "B > A: OHS -> conformist",
                      "C > A: supplier -> customer", "B = C: shared kernel", "B > C: OHS ->",
                      "C > B: -> ACL", "C > A: -", "A = Elsewhere: partnership"}));
}

TEST(Cml, FlowsAndSclUseCases) {
  const auto subject =
      read({{"s.cml", R"(BoundedContext C { Application { Flow F {
          command Submit delegates to Claims emits event Paid event Paid triggers command Tell } }
        Aggregate Claims { Entity Claim { } Command Submit }
        Aggregate Money { DomainEvent Paid Entity Account { } } })"},
            {"u.scl", R"(UseCase Look { reads "Claim.id" "Account.sum" writes "Account.seen" })"}});
  ASSERT_TRUE(subject.has_value()) << subject.error().message;
  const Functionality* flow = functionality(*subject, "F");
  ASSERT_NE(flow, nullptr);
  ASSERT_EQ(flow->accesses.size(), 3U);  // Claims asked, Claims changed, Money changed
  EXPECT_EQ(flow->accesses[2].entity, entity(*subject, "Money"));
  const Functionality* look = functionality(*subject, "Look");
  ASSERT_NE(look, nullptr);
  EXPECT_EQ(look->accesses.size(), 3U);
  EXPECT_TRUE(look->accesses[2].write);
}

TEST(Cml, SaysWhatIsWrong) {
  const auto error = [](const std::string& text) {
    const auto subject = read({{"s.cml", text}});
    return subject ? std::string("read") : subject.error().message;
  };
  EXPECT_EQ(error("BoundedContext A {"), "s.cml: a brace is not closed");
  EXPECT_EQ(error("}"), "s.cml: line 1: a brace closes nothing");
  EXPECT_EQ(error("\n/* x"), "s.cml: line 2: a comment that does not end");
  EXPECT_EQ(error("a \"x"), "s.cml: line 1: a text that does not end");
  EXPECT_NE(error("BoundedContext A { }").find("no aggregate"), std::string::npos);
  EXPECT_NE(error(std::string(100, '{')).find("nest more than"), std::string::npos);
}

TEST(CodeGraphs, EntriesReachEntitiesThroughCalls) {
  // show -> load -> persists Order; show uses Cart; load is no entry.
  const auto subject =
      read({{"x_nodes.csv",
             "1,Entity,Order,Order\n2,Entity,Cart,Cart\n3,Method,show,Page\n4,Method,load,"
             "Mapper\n"},
            {"x_edges.csv",
             "3,Calls,4\n3,Uses,2\n4,Persists,1\n1,References,2\n4,Calls,3\n4,Calls,4\n"}});
  ASSERT_TRUE(subject.has_value()) << subject.error().message;
  EXPECT_EQ(subject->name, "x");
  EXPECT_EQ(subject->input.entities.size(), 2U);
  EXPECT_EQ(subject->input.relations.size(), 1U);
  // show and load call each other: neither is an entry.
  EXPECT_TRUE(subject->input.functionalities.empty());
  const auto line = read({{"x_nodes.csv",
                           "1,Entity,Order,Order\n2,Entity,Cart,Cart\n3,Method,show,"
                           "Page\n4,Method,load,Mapper\n"},
                          {"x_edges.csv", "3,Calls,4\n3,Uses,2\n4,Persists,1\n"}});
  ASSERT_TRUE(line.has_value());
  ASSERT_EQ(line->input.functionalities.size(), 1U);
  const Functionality& f = line->input.functionalities[0];
  EXPECT_EQ(f.name, "Page.show");
  ASSERT_EQ(f.accesses.size(), 2U);
  EXPECT_EQ(f.accesses[0].entity, 0);  // by way of the call, which stands first
  EXPECT_TRUE(f.accesses[0].write);
  EXPECT_EQ(f.accesses[1].entity, 1);
  EXPECT_FALSE(f.accesses[1].write);
  const auto alone = read({{"n.csv", "1,Entity,Order,Order\n"}});
  ASSERT_FALSE(alone.has_value());
  EXPECT_NE(alone.error().message.find("give the file of its edges too"), std::string::npos);
}

TEST(Subjects, OtherFilesAreRefusedWithWhatIsAllowed) {
  const auto error = [](std::vector<InputFile> files) {
    const auto subject = read(std::move(files));
    return subject ? std::string("read") : subject.error().message;
  };
  EXPECT_NE(error({{"a.json", R"({"clusters": {}})"}}).find("--compare"), std::string::npos);
  EXPECT_EQ(error({{"a.json", "{"}}), "a.json: not valid JSON");
  EXPECT_NE(error({{"a.json", R"({"x": 1})"}}).find("allowed are"), std::string::npos);
  std::string deep = "{\"a\": ";
  for (std::size_t i = 0; i <= json_depth_at_most; ++i)
    deep += '[';
  EXPECT_EQ(error({{"a.json", deep}}), "a.json: lists and objects nest more than 64 deep");
  EXPECT_FALSE(is_published_format({"shop.yaml", "system: shop"}));
  EXPECT_TRUE(is_published_format({"a.json", R"({"A.b": [["Order", "R"]]})"}));
}

TEST(Cuts, OfEveryFormat) {
  const auto subject = read({er});
  ASSERT_TRUE(subject.has_value());
  const auto clusters = read_cut(
      {"c.json", R"({"clusters": {"a": ["Order", "Line"], "b": ["Card", "Ghost"]}})"}, *subject);
  ASSERT_TRUE(clusters.has_value());
  EXPECT_EQ(clusters->group, (std::vector<int>{0, 0, 1}));
  EXPECT_EQ(clusters->names, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(clusters->unknown, std::vector<std::string>{"Ghost"});
  const auto lines = read_cut({"c.csv", "entity,service\nOrder,x\nCard,y\nGhost,y\n"}, *subject);
  ASSERT_TRUE(lines.has_value());
  EXPECT_EQ(lines->group, (std::vector<int>{0, -1, 1}));
  EXPECT_EQ(lines->unknown, std::vector<std::string>{"Ghost"});
  const auto cml =
      read_cut({"c.cml",
                "BoundedContext X { Aggregate Order { } } BoundedContext Y { Aggregate "
                "Card { } }"},
               *subject);
  ASSERT_TRUE(cml.has_value());
  EXPECT_EQ(cml->group, (std::vector<int>{0, -1, 1}));
  EXPECT_EQ(read_cut({"c.csv", "Order\n"}, *subject).error().message,
            "c.csv: line 1: not entity,service; for example Order,orders");
  EXPECT_EQ(read_cut({"c.csv", "a,b\nGhost,y\n"}, *subject).error().message,
            "c.csv: the cut names no entity of the system");
}

TEST(ServiceNames, FollowWhatIsWrittenAndTheLikeness) {
  Subject subject;
  subject.input.entities = {{"OrderLine", 1, -1}, {"Order", 1, -1}, {"Card", 1, -1}};
  subject.input.functionalities = {{"f", 1, {{0, false, 1}, {1, true, 1}, {2, true, 1}}, false}};
  EXPECT_EQ(service_names(subject, {0, 0, 1}), (std::vector<std::string>{"order", "card"}));
  NamedCut like;
  like.group = {0, 0, 1};
  like.names = {"sales", "money"};
  EXPECT_EQ(service_names(subject, {0, 0, 1}, like), (std::vector<std::string>{"sales", "money"}));
}

}  // namespace
}  // namespace scantling::boundaries
