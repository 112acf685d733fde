#include "generate/cel.h"

#include <gtest/gtest.h>

#include "generate/manifests.h"

namespace scantling::generate {
namespace {

CelVerdict ask(const char* expression, const char* yaml) {
  const ManifestFile file = parse_manifests(yaml);
  EXPECT_EQ(file.documents.size(), 1U) << yaml;
  return CelExpression(expression).evaluate("self", file.documents[0]);
}

// By the language's definition and Kubernetes' documentation of its libraries.
TEST(Cel, Evaluates) {
  struct Row {
    const char* expression;
    const char* self;
    CelVerdict verdict;
  };
  const Row kRows[] = {
      {"1 + 2 * 3 == 7 && 7 / 2 == 3 && 7 % 4 == 3 && -2 < 0", "{}", CelVerdict::Holds},
      {"self.a == 1", "{a: 1}", CelVerdict::Holds},
      {"self.a == 1", "{a: 2}", CelVerdict::Fails},
      {"self.b == 1", "{a: 1}", CelVerdict::Fails},  // no such field: the API server refuses
      {"has(self.b) || true", "{a: 1}", CelVerdict::Holds},
      {"self.b == 1 || self.a == 1", "{a: 1}", CelVerdict::Holds},  // one side decides
      {"self.b == 1 && self.a == 2", "{a: 1}", CelVerdict::Fails},  // one side decides
      {"has(self.a.b) ? self.a.b == 'x' : true", "{a: {}}", CelVerdict::Holds},
      {"!has(self.__namespace__)", "{namespace: x}", CelVerdict::Fails},
      {"self.all(x, x > 1)", "[2, 3]", CelVerdict::Holds},
      {"self.exists(x, x > 2)", "[2, 3]", CelVerdict::Holds},
      {"self.exists_one(x, x > 1)", "[2, 3]", CelVerdict::Fails},
      {"self.filter(x, x.k == 'a').size() <= 1", "[{k: a}, {k: a}]", CelVerdict::Fails},
      {"self.map(x, x.k) == ['a', 'b']", "[{k: a}, {k: b}]", CelVerdict::Holds},
      {"self.all(k, k.size() < 3)", "{ab: 1, abc: 2}", CelVerdict::Fails},  // keys of a map
      {"self.all(a, self.exists_one(b, a.n == b.n))", "[{n: 1}, {n: 2}, {n: 1}]",
       CelVerdict::Fails},
      {"size(self.a) == 2 && size('\u00e4b') == 2", "{a: [1, 2]}", CelVerdict::Holds},
      {"self.a.matches(r\"^[a-z]+$\") && !self.a.matches('[A-Z]')", "{a: abc}", CelVerdict::Holds},
      {"self.startsWith('ab') && self.endsWith(\"c\") && self.contains('b')", "abc",
       CelVerdict::Holds},
      {"self.split('/')[0] == 'a' && self.substring(2, 3) == 'b'", "a/b", CelVerdict::Holds},
      {"self in ['a', 'b'] && !('c' in ['a'])", "b", CelVerdict::Holds},
      {"'a' in self && !('b' in self)", "{a: 1}", CelVerdict::Holds},
      {"duration(self.a) > duration('1m') && duration('1h') == duration('60m')", "{a: 61s}",
       CelVerdict::Holds},
      {"duration(self) >= duration('1ms')", "1x", CelVerdict::Fails},
      {"0 < int(self) && int(self) <= 65535", "'70000'", CelVerdict::Fails},
      {"(has(self.a) ? self.a : {}).size() == 0", "{}", CelVerdict::Holds},
      {"self == {'a': [1, 2.0]}", "{a: [1, 2]}", CelVerdict::Holds},
      {"'a' + 'b' == 'ab' && [1] + [2] == [1, 2]", "{}", CelVerdict::Holds},
  };
  for (const Row& row : kRows)
    EXPECT_EQ(ask(row.expression, row.self), row.verdict) << row.expression << " of " << row.self;
}

TEST(Cel, SaysWhatItDoesNotKnow) {
  for (const char* expression :
       {"quantity(self.a).isLessThan(quantity('1'))", "url(self.a).getHost() == 'x'",
        "self.a ==", "self.a == 1 extra", "cel.bind(x, 1, x == 1)", "unbound == 1", ""})
    EXPECT_EQ(ask(expression, "{a: '1'}"), CelVerdict::Unknown) << expression;
  // An unknown part that nothing else decides leaves the whole unknown.
  EXPECT_EQ(ask("nonsense(self.a) && true", "{a: 1}"), CelVerdict::Unknown);
  EXPECT_EQ(ask("nonsense(self.a) && false", "{a: 1}"), CelVerdict::Fails);
}

TEST(Cel, HasAnEnd) {
  EXPECT_EQ(ask(std::string(100'000, '(').c_str(), "{}"), CelVerdict::Unknown);
  EXPECT_EQ(ask(std::string(3000, '!').append("true").c_str(), "{}"), CelVerdict::Unknown);
  std::string list = "[";
  for (int i = 0; i < 100; ++i)
    list += "1, ";
  list += "1]";
  EXPECT_EQ(
      ask("self.all(a, self.all(b, self.all(c, self.all(d, a + b + c + d > 0))))", list.c_str()),
      CelVerdict::Unknown);
}

TEST(Cel, KnowsRulesAboutChanges) {
  EXPECT_TRUE(CelExpression("self == oldSelf").of_changes());
  EXPECT_FALSE(CelExpression("self.oldSelf == 1").of_changes());
}

}  // namespace
}  // namespace scantling::generate
