#include "report/sample_design.h"

#include <cmath>

namespace scantling {

namespace {

const Provenance kGiven{Origin::Given, {}, {}};

Duration ms(double value) {
  return Duration::from_seconds(value / 1000);
}
Duration seconds(double value) {
  return Duration::from_seconds(value);
}

template <class T>
void given(Field<T>& field, T value) {
  field = Field<T>(std::move(value), kGiven);
}

class Shop {
 public:
  DesignResult build() {
    problem();
    decisions();
    contexts();
    stores_and_channels();
    orders();
    other_services();
    saga_and_placement();
    experiments();
    estimate();
    simulation();
    rest();
    return std::move(design_);
  }

 private:
  Architecture& model() { return design_.model; }
  template <class T>
  void decided(Field<T>& field, T value, int decision = 0) {
    field = Field<T>(std::move(value), Provenance{Origin::Decided, {}, DecisionId(decision)});
  }
  Provenance by(int decision = 0) { return {Origin::Decided, {}, DecisionId(decision)}; }

  void team(const char* name, std::int64_t size) {
    Team item;
    item.name = name;
    item.from = kGiven;
    given(item.size, Count{size});
    given(item.owns_at_most, Count{3});
    model().teams.add(item);
  }
  AggregateId aggregate(const char* name, DataClass data, bool history = false,
                        int keep_years = 0) {
    Aggregate item;
    item.name = name;
    item.from = kGiven;
    given(item.data, data);
    if (history) given(item.history, History::Full);
    if (keep_years > 0) given(item.keep, seconds(keep_years * 365.0 * 86400));
    return model().aggregates.add(item);
  }
  OperationId operation(const char* name, const char* actor, double mean, double peak,
                        double p99_ms, double availability, const char* summary = "") {
    Operation item;
    item.name = name;
    item.from = kGiven;
    if (*actor) given(item.actor, std::string(actor));
    if (*summary) given(item.summary, std::string(summary));
    if (peak > 0) {
      OperationLoad load;
      given(load.mean, Rate{mean});
      given(load.peak, Rate{peak});
      given(item.load, load);
    }
    if (p99_ms > 0) {
      Objective objective;
      given(objective.p99, ms(p99_ms));
      given(objective.availability, Share{availability});
      given(item.objective, objective);
    }
    return model().operations.add(item);
  }

  void problem() {
    given(model().name, std::string("shop"));
    given(model().summary,
          std::string("Online shop, decomposed from one Rails application and one PostgreSQL "
                      "database. <script>alert('summary')</script>"));
    given(model().profiles, std::vector{Profile::Production});
    team("storefront", 5);
    team("ordering", 8);
    team("logistics", 6);
    team("money", 5);
    aggregate("Product", DataClass::Public);
    aggregate("Price", DataClass::Internal);
    aggregate("Cart", DataClass::Personal);
    aggregate("Order", DataClass::Personal, true, 7);
    aggregate("Stock", DataClass::Internal);
    aggregate("Payment", DataClass::Cardholder, true, 7);
    aggregate("Shipment", DataClass::Personal, false, 2);
    aggregate("Notification", DataClass::Personal);
    external("psp", 240, 900, .999);
    external("carrier", 400, 2000, .995);
    external("mailer", 80, 400, .999);
    operation("browse", "customer", 900, 6000, 250, .999);
    operation("view-product", "customer", 400, 2500, 200, .999);
    operation("change-cart", "customer", 60, 500, 300, .999);
    operation("place-order", "customer", 30, 240, 2000, .9995, "The customer buys the cart");
    operation("ship-order", "", 0, 0, 60000, .999);
    operation("notify-customer", "", 0, 0, 0, 0);
    operation("restock", "warehouse", 20, 100, 0, 0);
    Operation& place = op("place-order");
    given(place.atomic, true);
    given(place.within, seconds(300));
    given(place.emits, std::vector<std::string>{"OrderPlaced"});
    ProblemStep write;
    write.verb = Verb::Create;
    given(place.steps, std::vector{write});
    given(op("ship-order").on, std::vector<std::string>{"OrderPlaced"});
    given(op("ship-order").emits, std::vector<std::string>{"OrderShipped"});
    given(op("notify-customer").on, std::vector<std::string>{"OrderPlaced", "OrderShipped"});
    Constraints limits;
    given(limits.budget, MoneyPerMonth{30000, "USD"});
    given(limits.compliance, std::vector{Regime::PciDss, Regime::Gdpr});
    RateLimitRule rule;
    given(rule.per, std::string("user"));
    given(rule.limit, Rate{1000.0 / 60});
    given(limits.rate_limit, rule);
    given(model().constraints, limits);
  }

  void external(const char* name, double mean_ms, double p99_ms, double availability) {
    External item;
    item.name = name;
    item.from = kGiven;
    if (auto law = fit_lognormal(ms(mean_ms), ms(p99_ms))) given(item.latency, *law);
    given(item.availability, Share{availability});
    model().externals.add(item);
  }
  Operation& op(const char* name) {
    return model().operations[find_by_name(model().operations, name)];
  }

  void decision(const char* name, const char* pass, const char* question, const char* chosen,
                const char* because, const char* flips, Reversibility reversibility,
                std::vector<Alternative> alternatives, std::vector<std::string> sets,
                std::vector<std::string> traces) {
    Decision item;
    item.name = name;
    item.from = by();
    auto text = [&](Field<std::string>& field, const char* value) {
      if (*value) decided(field, std::string(value));
    };
    text(item.pass, pass);
    text(item.question, question);
    text(item.chosen, chosen);
    text(item.because, because);
    text(item.flips, flips);
    decided(item.reversibility, reversibility);
    std::vector<std::string> others;
    for (const Alternative& alternative : alternatives)
      if (alternative.name != chosen) others.push_back(alternative.name);
    decided(item.instead_of, others);
    decided(item.sets, std::move(sets));
    decided(item.traces_to, std::move(traces));
    item.alternatives = std::move(alternatives);
    model().decisions.add(item);
  }

  void decisions() {
    decision("place-order.style", "consistency", "how is place-order kept whole?", "orchestrated",
             "3 participants, a 5 min bound and a compensation that calls a third party",
             "flips to choreographed with 2 participants and no bound", Reversibility::Costly,
             {{"orchestrated", {{"split writes", 3, ""}, {"p99", 1240, "ms"}}, ""},
              {"choreographed",
               {{"split writes", 3, ""}, {"p99", 1180, "ms"}},
               "nobody sees the 5 min bound pass"},
              {"two-phase-commit",
               {{"split writes", 0, ""}, {"p99", 2600, "ms"}},
               "the third party has no prepare"}},
             {"sagas.place-order.style"},
             {"operations.place-order.atomic", "operations.place-order.within"});
    decision("orders.instances", "capacity", "how many instances of orders?", "9..24",
             "240/s at 18 ms of work keep 6 busy at 60%; 9 stand the loss of a zone",
             "flips if peak > 380/s", Reversibility::Easy,
             {{"6..24",
               {{"monthly cost", 410, "USD"}, {"utilisation", .82, ""}},
               "97% busy with a zone lost"},
              {"9..24", {{"monthly cost", 612, "USD"}, {"utilisation", .55, ""}}, ""}},
             {"services.orders.runtime.instances"}, {"operations.place-order.load.peak"});
    decision("orders-db.engine", "data", "which engine holds Order?", "postgresql",
             "Order needs transactions over 1 aggregate and 240 writes/s; 176 GiB in 7 years",
             "flips to cassandra if writes > 9k/s", Reversibility::Hard,
             {{"postgresql", {{"operations burden", 2, ""}, {"writes per core", 1800, "/s"}}, ""},
              {"mongodb",
               {{"operations burden", 2, ""}, {"writes per core", 2100, "/s"}},
               "no team knows it in ordering"},
              {"cassandra",
               {{"operations burden", 4, ""}, {"writes per core", 5200, "/s"}},
               "no transactions"}},
             {"stores.orders-db.engine"}, {"aggregates.Order.count"});
  }

  ContextId context(const char* name, ContextKind kind, std::vector<const char*> owns,
                    int team_index) {
    Context item;
    item.name = name;
    item.from = by();
    decided(item.kind, kind);
    std::vector<Ref<AggregateId>> refs;
    for (const char* aggregate_name : owns)
      refs.push_back({aggregate_name, find_by_name(model().aggregates, aggregate_name)});
    decided(item.owns, refs);
    decided(item.team, Ref<TeamId>(model().teams[TeamId(team_index)].name, TeamId(team_index)));
    return model().contexts.add(item);
  }

  void contexts() {
    context("catalog", ContextKind::Supporting, {"Product", "Price"}, 0);
    context("ordering", ContextKind::Core, {"Cart", "Order"}, 1);
    context("inventory", ContextKind::Supporting, {"Stock", "Shipment"}, 2);
    context("payments", ContextKind::Supporting, {"Payment"}, 3);
    context("messaging", ContextKind::Generic, {"Notification"}, 0);
    auto relation = [&](const char* up, const char* down, RelationKind kind) {
      ContextRelation item;
      item.from = by();
      decided(item.upstream, std::string(up));
      decided(item.downstream, std::string(down));
      decided(item.kind, kind);
      model().relations.push_back(item);
    };
    relation("catalog", "ordering", RelationKind::CustomerSupplier);
    relation("psp", "payments", RelationKind::AnticorruptionLayer);
    relation("ordering", "messaging", RelationKind::PublishedLanguage);
  }

  StoreId store(const char* name, const char* engine, int owner, std::vector<const char*> holds,
                int copies, ConsistencyKind kind) {
    Store item;
    item.name = name;
    item.from = by(2);
    decided(item.engine, std::string(engine), 2);
    decided(item.owner, Ref<ServiceId>("", ServiceId(owner)));
    std::vector<Ref<AggregateId>> refs;
    for (const char* aggregate_name : holds)
      refs.push_back({aggregate_name, find_by_name(model().aggregates, aggregate_name)});
    if (!refs.empty()) decided(item.holds, refs);
    decided(item.copies, Count{copies});
    decided(item.consistency, Consistency{kind, {}});
    decided(item.pool, Pool{20, true});
    decided(item.spread, Spread::Zones);
    decided(item.encrypted, true);
    BackupPolicy backup;
    decided(backup.rpo, seconds(300));
    decided(backup.rto, seconds(3600));
    if (!refs.empty()) decided(item.backup, backup);
    return model().stores.add(item);
  }
  void channel(const char* name, int owner, std::vector<std::string> events) {
    Channel item;
    item.name = name;
    item.from = by();
    decided(item.broker, std::string("kafka"));
    decided(item.kind, ChannelKind::Topic);
    decided(item.owner, Ref<ServiceId>("", ServiceId(owner)));
    decided(item.events, std::move(events));
    decided(item.partitions, Count{24});
    decided(item.key, std::string("order-id"));
    decided(item.copies, Count{3});
    decided(item.in_sync, Count{2});
    decided(item.delivery, Delivery::AtLeastOnce);
    given(item.keep, seconds(7 * 86400));
    decided(item.schema, SchemaFormat::Avro);
    decided(item.compatible, Compatibility::Backward);
    decided(item.dead_letter, std::string(name) + ".dlq");
    decided(item.attempts, Count{5});
    model().channels.add(item);
  }

  // Services: 0 storefront, 1 orders, 2 inventory, 3 payments, 4 shipping, 5 notifications.
  void stores_and_channels() {
    store("catalog-db", "mongodb", 0, {"Product", "Price"}, 3, ConsistencyKind::Quorum);
    model().stores[StoreId(0)].consistency->quorum = {2, 2};
    store("catalog-cache", "redis", 0, {}, 2, ConsistencyKind::Eventual);
    decided(model().stores[StoreId(1)].expires, seconds(60));
    decided(model().stores[StoreId(1)].single_flight, true);
    store("orders-db", "postgresql", 1, {"Cart", "Order"}, 3, ConsistencyKind::Strong);
    store("stock-db", "postgresql", 2, {"Stock", "Shipment"}, 3, ConsistencyKind::Strong);
    store("payments-db", "postgresql", 3, {"Payment"}, 3, ConsistencyKind::Strong);
    channel("orders.events", 1, {"OrderPlaced"});
    channel("shipping.events", 4, {"OrderShipped"});
  }

  Service service(const char* name, int context_index, int team_index, int low, int high,
                  const char* language) {
    Service item;
    item.name = name;
    item.from = by();
    decided(item.context, Ref<ContextId>(model().contexts[ContextId(context_index)].name,
                                         ContextId(context_index)));
    decided(item.team, Ref<TeamId>(model().teams[TeamId(team_index)].name, TeamId(team_index)));
    Runtime runtime;
    decided(runtime.language, std::string(language));
    decided(runtime.instances, CountRange{low, high}, 1);
    decided(runtime.cpu, Cores{1});
    decided(runtime.memory, Bytes{std::int64_t{1} << 30});
    decided(runtime.concurrency, Count{64});
    decided(runtime.queue, Count{128});
    decided(item.runtime, runtime);
    ScalePolicy scale;
    decided(scale.on, ScaleMetric::Utilisation);
    decided(scale.target, .6);
    decided(scale.delay, seconds(90));
    decided(item.scale, scale);
    decided(item.balance, Balance::LeastRequest);
    decided(item.spread, Spread::Zones);
    HealthPolicy health;
    decided(health.check, HealthCheck::Shallow);
    decided(health.every, seconds(5));
    decided(health.failures, Count{3});
    decided(item.health, health);
    return item;
  }
  Endpoint endpoint(const char* name, const char* method, const char* path,
                    const char* implements) {
    Endpoint item;
    item.name = name;
    item.from = by();
    decided(item.protocol, Protocol::Http);
    decided(item.http, HttpRoute{method, path});
    if (*implements)
      decided(item.implements,
              Ref<OperationId>(implements, find_by_name(model().operations, implements)));
    decided(item.version, std::string("1"));
    return item;
  }
  Endpoint rpc(const char* name, const char* method) {
    Endpoint item;
    item.name = name;
    item.from = by();
    decided(item.protocol, Protocol::Grpc);
    decided(item.grpc, std::string(method));
    decided(item.idempotent, Idempotency::ByKey);
    return item;
  }
  Endpoint consumer(const char* name, int channel_index, const char* implements) {
    Endpoint item;
    item.name = name;
    item.from = by();
    decided(item.protocol, Protocol::Consumes);
    decided(item.consumes, Ref<ChannelId>(model().channels[ChannelId(channel_index)].name,
                                          ChannelId(channel_index)));
    decided(item.implements,
            Ref<OperationId>(implements, find_by_name(model().operations, implements)));
    return item;
  }
  Step use_store(StepKind kind, int index) {
    Step step;
    step.kind = kind;
    step.from = by();
    step.store = StoreId(index);
    step.target = model().stores[StoreId(index)].name;
    return step;
  }
  Step call(int service_index, int endpoint_index, const char* target, double timeout_ms,
            int attempts) {
    Step step;
    step.kind = StepKind::Call;
    step.from = by();
    step.target = target;
    step.endpoint = {ServiceId(service_index), endpoint_index};
    decided(step.policy.timeout, ms(timeout_ms));
    RetryPolicy retry;
    decided(retry.attempts, Count{attempts});
    decided(retry.backoff, ms(20));
    decided(retry.jitter, Jitter::Full);
    decided(retry.budget, Share{.1});
    decided(step.policy.retry, retry);
    BreakerPolicy breaker;
    decided(breaker.failures, FailureThreshold{{.5}, 0});
    decided(breaker.over, Count{20});
    decided(breaker.open, seconds(5));
    decided(breaker.probes, Count{3});
    decided(step.policy.breaker, breaker);
    return step;
  }
  Step call_external(int index, double timeout_ms) {
    Step step = call(0, 0, model().externals[ExternalId(index)].name.c_str(), timeout_ms, 2);
    step.endpoint = {};
    step.external = ExternalId(index);
    return step;
  }
  Step publish(int channel_index, const char* event) {
    Step step;
    step.kind = StepKind::Publish;
    step.from = by();
    step.channel = ChannelId(channel_index);
    step.target = model().channels[ChannelId(channel_index)].name;
    step.event = event;
    decided(step.via, PublishVia::Outbox);
    return step;
  }
  void steps(Endpoint& item, std::vector<Step> list) { decided(item.steps, std::move(list)); }

  Step cached_read() {
    Step read = use_store(StepKind::Read, 1);
    Miss miss;
    decided(miss.rate, Share{.08});
    miss.then.push_back(use_store(StepKind::Read, 0));
    decided(read.miss, miss);
    return read;
  }

  void orders() {
    Service storefront = service("storefront", 0, 0, 12, 40, "typescript");
    Endpoint browse = endpoint("browse", "GET", "/products", "browse");
    steps(browse, {cached_read()});
    Endpoint view = endpoint("view-product", "GET", "/products/{id}", "view-product");
    Step stock = call(2, 1, "inventory.level", 80, 1);
    stock.fallback.push_back(use_store(StepKind::Read, 1));
    steps(view, {cached_read(), stock});
    Endpoint quote = rpc("quote", "Catalog/Quote");
    steps(quote, {cached_read()});
    storefront.endpoints = {browse, view, quote};
    model().services.add(storefront);

    Service orders = service("orders", 1, 1, 9, 24, "java");
    Endpoint cart = endpoint("change-cart", "PUT", "/cart", "change-cart");
    steps(cart, {use_store(StepKind::Write, 2)});
    Endpoint place = endpoint("place-order", "POST", "/orders", "place-order");
    decided(place.idempotent, Idempotency::ByKey);
    steps(place,
          {use_store(StepKind::Read, 2), call(0, 2, "storefront.quote", 150, 2),
           call(2, 0, "inventory.reserve", 300, 2), call(3, 0, "payments.authorize", 2600, 1),
           use_store(StepKind::Write, 2), publish(0, "OrderPlaced")});
    orders.endpoints = {cart, place};
    model().services.add(orders);
  }

  void other_services() {
    Service inventory = service("inventory", 2, 2, 6, 18, "go");
    Endpoint reserve = rpc("reserve", "Inventory/Reserve");
    steps(reserve, {use_store(StepKind::Write, 3)});
    Endpoint level = rpc("level", "Inventory/Level");
    steps(level, {use_store(StepKind::Read, 3)});
    Endpoint restock = endpoint("restock", "POST", "/stock", "restock");
    steps(restock, {use_store(StepKind::Write, 3)});
    inventory.endpoints = {reserve, level, restock};
    model().services.add(inventory);

    Service payments = service("payments", 3, 3, 6, 12, "java");
    Endpoint authorize = rpc("authorize", "Payments/Authorize");
    steps(authorize,
          {use_store(StepKind::Write, 4), call_external(0, 1200), use_store(StepKind::Write, 4)});
    payments.endpoints = {authorize};
    model().services.add(payments);

    Service shipping = service("shipping", 2, 2, 3, 9, "go");
    Endpoint ship = consumer("ship-order", 0, "ship-order");
    steps(ship,
          {use_store(StepKind::Write, 3), call_external(1, 5000), publish(1, "OrderShipped")});
    shipping.endpoints = {ship};
    model().services.add(shipping);

    Service notifications = service("notifications", 4, 0, 2, 6, "typescript");
    Endpoint placed = consumer("on-orders", 0, "notify-customer");
    steps(placed, {call_external(2, 1000)});
    Endpoint shipped = consumer("on-shipping", 1, "notify-customer");
    steps(shipped, {call_external(2, 1000)});
    notifications.endpoints = {placed, shipped};
    model().services.add(notifications);

    const std::vector<std::pair<const char*, int>> owns = {
        {"Product", 0}, {"Price", 0},   {"Cart", 1},     {"Order", 1},
        {"Stock", 2},   {"Payment", 3}, {"Shipment", 4}, {"Notification", 5}};
    for (const auto& [name, index] : owns) {
      Field<std::vector<Ref<AggregateId>>>& list = model().services[ServiceId(index)].owns;
      auto refs = list.value;
      refs.push_back({name, find_by_name(model().aggregates, name)});
      decided(list, refs);
    }
    for (Store& item : model().stores)
      item.owner->name = model().services[item.owner->id].name;
    for (Channel& item : model().channels)
      item.owner->name = model().services[item.owner->id].name;
  }

  void saga_and_placement() {
    Saga saga;
    saga.name = "place-order";
    saga.from = by();
    decided(saga.style, SagaStyle::Orchestrated);
    decided(saga.coordinator, Ref<ServiceId>("orders", ServiceId(1)));
    decided(saga.implements,
            Ref<OperationId>("place-order", find_by_name(model().operations, "place-order")));
    given(saga.within, seconds(300));
    SagaStep reserve, pay, confirm;
    reserve.do_target = "inventory.reserve";
    reserve.undo_target = "inventory.release";
    pay.do_target = "payments.authorize";
    pay.undo_target = "payments.refund";
    confirm.do_target = "orders.confirm";
    decided(confirm.pivot, true);
    decided(saga.steps, std::vector{reserve, pay, confirm});
    model().sagas.add(saga);

    Placement place;
    decided(place.regions, std::vector<std::string>{"eu-central"});
    decided(place.zones, Count{3});
    decided(place.mode, RegionMode::Single);
    decided(place.platform, std::string("kubernetes"));
    decided(place.mesh, std::string("istio"));
    decided(place.gateway, std::string("kong"));
    decided(place.discovery, std::string("kubernetes-dns"));
    decided(place.identity, std::string("spiffe"));
    decided(place.secrets, std::string("vault"));
    decided(place.network_policy, std::string("cilium"));
    decided(place.mtls, true);
    decided(place.rollout, Rollout::Canary);
    decided(place.canary, Share{.05});
    decided(model().placement, place);

    Operating run;
    decided(run.metrics, std::string("prometheus"));
    decided(run.logs, std::string("loki"));
    decided(run.traces, std::string("tempo"));
    decided(run.trace_sampling, Share{.05});
    decided(run.keep_logs, seconds(365.0 * 86400));
    decided(run.redact, std::vector<std::string>{"card-number", "email"});
    decided(run.alerts, std::vector<std::string>{"burn-rate 14.4x over 1h and 5min: page",
                                                 "burn-rate 6x over 6h and 30min: page"});
    decided(run.rpo, seconds(300));
    decided(run.rto, seconds(3600));
    decided(model().operating, run);
    for (const char* name : {"notifications", "shipping", "payments"}) {
      MigrationStep step;
      decided(step.extract, std::string(name));
      decided(step.how, std::string("strangler"));
      decided(step.interim, std::string("the monolith calls it through the gateway"));
      decided(step.rollback, std::string("route back to the monolith"));
      model().migration.push_back(step);
    }
  }

  void experiments() {
    Experiment zone;
    zone.name = "zone-down";
    zone.from = kGiven;
    Fault lose;
    lose.kind = FaultKind::Lose;
    lose.target.kind = Target::Kind::Zone;
    lose.target.name = "zone a";
    given(lose.at, seconds(120));
    given(lose.lasts, seconds(300));
    given(zone.faults, std::vector{lose});
    model().experiments.add(zone);
    Experiment slow;
    slow.name = "slow-psp";
    slow.from = kGiven;
    Fault fault;
    fault.kind = FaultKind::Slow;
    fault.target.kind = Target::Kind::External;
    fault.target.name = "psp";
    fault.factor = Factor{10};
    given(fault.at, seconds(120));
    given(fault.lasts, seconds(180));
    given(slow.faults, std::vector{fault});
    model().experiments.add(slow);
  }

  void estimate() {
    Estimate& out = design_.estimate;
    auto station = [&](const char* kind, const char* name, double rate, double used,
                       Stability stability = Stability::Stable) {
      StationEstimate item;
      item.kind = kind;
      item.name = name;
      item.arrival_rate = rate;
      item.utilisation = used;
      item.capacity = rate / used;
      item.hidden_capacity = rate / used * .8;
      item.stability = stability;
      out.stations.push_back(item);
    };
    station("service", "storefront", 8740, .58);
    station("service", "orders", 740, .55);
    station("service", "inventory", 2840, .62);
    station("service", "payments", 240, .31);
    station("service", "shipping", 240, .22);
    station("service", "notifications", 480, .27);
    station("store", "catalog-db", 700, .41);
    station("store", "catalog-cache", 8740, .36);
    station("store", "orders-db", 980, .48);
    station("store", "stock-db", 2840, .78, Stability::Vulnerable);
    station("store", "payments-db", 480, .24);
    auto cost = [&](const char* element, const char* what, double amount) {
      out.cost.push_back({element, what, amount});
      out.cost_per_month += amount;
    };
    cost("services.storefront", "12 x 1 vCPU, 1 GiB", 816);
    cost("services.orders", "9 x 1 vCPU, 1 GiB", 612);
    cost("services.inventory", "6 x 1 vCPU, 1 GiB", 408);
    cost("services.payments", "6 x 1 vCPU, 1 GiB", 408);
    cost("services.shipping", "3 x 1 vCPU, 1 GiB", 204);
    cost("services.notifications", "2 x 1 vCPU, 1 GiB", 136);
    cost("stores.catalog-db", "3 x 4 vCPU, 16 GiB", 1310);
    cost("stores.catalog-cache", "2 x 2 vCPU, 8 GiB", 420);
    cost("stores.orders-db", "3 x 8 vCPU, 32 GiB, 600 GiB", 2480);
    cost("stores.stock-db", "3 x 4 vCPU, 16 GiB", 1310);
    cost("stores.payments-db", "3 x 4 vCPU, 16 GiB, 200 GiB", 1420);
    cost("channels", "3 brokers, 48 partitions", 1180);
    for (const EndpointId id : all_endpoints(model())) {
      EndpointEstimate item;
      item.endpoint = id;
      item.rate = 240;
      item.p99_seconds = .09;
      if (id.service == ServiceId(1))
        item.hard_dependencies = {"orders-db", "inventory", "payments"};
      out.endpoints.push_back(item);
    }
    for (const OperationId id : model().operations.ids()) {
      OperationEstimate item;
      item.operation = id;
      item.p50_seconds = .04;
      item.p99_seconds = .2;
      item.availability = .9996;
      item.synchronous_depth = id.index == 3 ? 3 : 1;
      out.operations.push_back(item);
    }
    out.does_not_apply = {"notify-customer: its consumers have no arrival rate of their own"};
  }

  static Series series(const char* name, const char* unit, int n, double (*f)(double)) {
    Series out{name, unit, 1, {}};
    for (int i = 0; i < n; ++i)
      out.values.push_back(f(i));
    return out;
  }

  static void set_size(ExperimentResult& out) {
    out.warm_up_seconds = 20;
    out.replications = 5;
    out.events = 4812345;
  }
  static void add_channels(ExperimentResult& out) {
    for (int c = 0; c < 2; ++c) {
      ChannelResult item;
      item.channel = ChannelId(c);
      item.published = item.consumed = {240, 1};
      item.lag = {3, .5};
      item.lag_max = 41;
      item.delay.p99 = {8.1, .4};
      out.channels.push_back(item);
    }
  }

  static void add_fault(ExperimentResult& out) {
    out.fault_bands.push_back({120, 300});
    const PartResult steady{120, {240, 2}, {1, 0}, {.2, .01}, {1.2, .05}};
    const PartResult hurt{180, {190, 4}, {.8, .01}, {.3, .01}, {1.9, .05}};
    out.fault_windows.push_back(
        {"lose zone b", 120, 300, {{OperationId(3), steady, hurt, {}, -1}}});
  }

  ExperimentResult run(const char* name, bool fault) {
    ExperimentResult out;
    out.name = name;
    out.measured_seconds = fault ? 600 : 60;
    set_size(out);
    const double p99s[] = {.182, .121, .063, 1.24, 8.4, 1.1, .05};
    const double rates[] = {6000, 2500, 500, 240, 240, 480, 100};
    for (const OperationId id : model().operations.ids()) {
      const auto i = static_cast<std::size_t>(id.index);
      OperationResult item;
      item.operation = id;
      item.offered = {rates[i], 2};
      item.goodput = {rates[i] * .9998, 2};
      item.availability = {.9998, .0001};
      item.latency.p50 = {p99s[i] / 4, .001};
      item.latency.p99 = {p99s[i], p99s[i] / 40};
      if (id.index == 0 || id.index == 3) {
        item.series.push_back(
            fault
                ? series("offered", "/s", 600, [](double t) { return 240 + 12 * std::sin(t / 5); })
                : series("offered", "/s", 60, [](double t) { return 240 + 12 * std::sin(t / 5); }));
        item.series.push_back(fault ? series("goodput", "/s", 600,
                                             [](double t) {
                                               const double base = 240 + 12 * std::sin(t / 5);
                                               return t > 120 && t < 320 ? base * .71 : base;
                                             })
                                    : series("goodput", "/s", 60, [](double t) {
                                        return 239.9 + 12 * std::sin(t / 5);
                                      }));
        item.series.push_back(
            fault ? series("p99", "s", 600,
                           [](double t) {
                             return t > 120 && t < 320 ? 2.6 + .3 * std::sin(t / 9)
                                                       : 1.2 + .1 * std::sin(t / 7);
                           })
                  : series("p99", "s", 60, [](double t) { return 1.2 + .1 * std::sin(t / 7); }));
      }
      out.operations.push_back(std::move(item));
    }
    for (const EndpointId id : all_endpoints(model())) {
      EndpointResult item;
      item.endpoint = id;
      item.rate = {id.service.index == 0 ? 2900.0 : 240.0, 3};
      item.latency.p99 = {.02 + .3 * id.service.index, .002};
      out.endpoints.push_back(item);
    }
    for (const StationEstimate& known : design_.estimate.stations) {
      StationResult item;
      item.kind = known.kind;
      item.name = known.name;
      item.utilisation = {known.utilisation, .004};
      item.rate = {known.arrival_rate, 5};
      item.instances = known.kind == "service" ? 9 : 3;
      item.series.push_back(series("utilisation", "", fault ? 600 : 60, [](double t) {
        return .55 + .1 * std::sin(t / 11) + (t > 120 && t < 320 ? .3 : 0);
      }));
      out.stations.push_back(std::move(item));
    }
    add_channels(out);
    if (fault) add_fault(out);
    out.critical_path.push_back({OperationId(3),
                                 {{"psp", .241, .92},
                                  {"queue at payments", .002, .08},
                                  {"payments-db write", .007, .04},
                                  {"stock-db write", .006, .11},
                                  {"orders-db read", .001, .01},
                                  {"orders work", .018, .06}}});
    return out;
  }

  static Judgement judgement(const char* experiment, const char* subject, const char* what,
                             Verdict verdict, double target, Interval measured, const char* unit,
                             bool at_least) {
    Judgement out;
    out.experiment = experiment;
    out.subject = subject;
    out.what = what;
    out.verdict = verdict;
    out.target = target;
    out.measured = measured;
    out.unit = unit;
    out.at_least = at_least;
    out.path = std::string("experiments.") + experiment + ".expect." + subject + "." + what;
    return out;
  }

  void simulation() {
    auto& runs = design_.simulation.experiments;
    runs.push_back(run("peak", false));
    auto& peak = runs.back().judgements;
    peak.push_back(
        judgement("peak", "browse", "p99", Verdict::Holds, .25, {.182, .004}, "s", false));
    peak.push_back(
        judgement("peak", "browse", "availability", Verdict::Holds, 99.9, {99.98, .01}, "%", true));
    peak.push_back(
        judgement("peak", "view-product", "p99", Verdict::Holds, .2, {.197, .002}, "s", false));
    peak.push_back(
        judgement("peak", "place-order", "p99", Verdict::Holds, 2, {1.24, .03}, "s", false));
    peak.push_back(judgement("peak", "place-order", "availability", Verdict::Fails, 99.95,
                             {99.902, .004}, "%", true));
    peak.back().causes = {"psp fails 0.1% of the calls", "one attempt is made"};
    peak.push_back(
        judgement("peak", "change-cart", "p99", Verdict::Undecided, .3, {.298, .01}, "s", false));
    runs.push_back(run("zone-down", true));
    runs.back().judgements.push_back(judgement("zone-down", "place-order", "availability",
                                               Verdict::Holds, 99.9, {99.93, .01}, "%", true));
    runs.push_back(run("slow-psp", true));
    runs.back().judgements.push_back(
        judgement("slow-psp", "browse", "p99", Verdict::Holds, .25, {.19, .004}, "s", false));
    runs.back().judgements.push_back(
        judgement("slow-psp", "", "recovers-within", Verdict::Holds, 60, {21, 3}, "s", false));
  }

  void rest() {
    static const DiagnosticKind kKind{"timeout-inversion", Severity::Warning, "calls",
                                      "a caller gives up before its callee does"};
    Diagnostic& finding = design_.findings.add(
        kKind, {}, "storefront waits 80 ms for inventory, which may try for 400 ms");
    finding.severity = Severity::Warning;
    finding.element = "services.storefront.endpoints.view-product";
    finding.chain = {"storefront.view-product 80 ms", "inventory.level 2 x (200 ms)", "stock-db"};
    finding.because = "80 ms < 400 ms";
    finding.fixes.push_back({"timeout: 420ms", FixSafety::Manual, {}});
    design_.rounds.push_back({1,
                              {"zone-down: place-order availability 99.2% < 99.9%"},
                              {"capacity: orders instances 6 -> 9"}});
    design_.rounds.push_back({2, {"peak: place-order availability 99.9% < 99.95%"}, {}});
    design_.unmet.push_back({"operations.place-order.objective.availability",
                             "place-order availability 99.95% needs psp >= 99.97%; it has 99.9%",
                             99.95, 99.902, "%", "authorise after the answer, or psp at 99.97%"});
    model().assumptions.push_back({"operations.notify-customer.objective",
                                   "no objective: p99 1s and 99.9% taken from profile production",
                                   "how late may a notification be?"});
    model().assumptions.push_back({"aggregates.Cart.growth", "no growth: 20% a year taken", ""});
    Field<Share> growth;
    growth.assume(Share{.2});
    model().aggregates[AggregateId(2)].growth = growth;
  }

  DesignResult design_;
};

}  // namespace

DesignResult sample_design() {
  return Shop().build();
}

DesignResult empty_design() {
  DesignResult out;
  given(out.model.name, std::string("nothing"));
  return out;
}

}  // namespace scantling
