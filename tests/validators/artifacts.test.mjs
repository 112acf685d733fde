// What `scantling generate` writes beside the manifests, held to other people's tools. Each tool must also refuse a
// mutant. A tool that is not here is named and left out.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, test } from 'node:test';
import asyncapi from '@asyncapi/parser';
import Ajv from 'ajv';
import Ajv2020 from 'ajv/dist/2020.js';
import avsc from 'avsc';
import { parse, parseAllDocuments } from 'yaml';

const root = resolve(import.meta.dirname, '../..');
const program = process.env.SCANTLING ?? join(root, 'build/release/scantling');
const schemas = join(root, 'src/generate/schemas/crds');
const work = mkdtempSync(join(tmpdir(), 'scantling-artifacts-'));
after(() => rmSync(work, { recursive: true }));

const examples = ['shop', 'bank', 'telemetry'];
for (const name of examples) {
  const run = spawnSync(program, ['generate', join(root, 'examples', `${name}.yaml`), '--no-simulate', '--out', join(work, name)], { encoding: 'utf8' });
  assert.equal(run.status, 0, run.stdout + run.stderr);
}
const files = (example, folder, ending) => {
  const path = join(work, example, folder);
  return existsSync(path) ? readdirSync(path, { recursive: true }).filter((name) => name.endsWith(ending)).map((name) => join(path, name)) : [];
};
const everywhere = (folder, ending) => examples.flatMap((example) => files(example, folder, ending));
const text = (path) => readFileSync(path, 'utf8');
const run = (tool, args, options = {}) => spawnSync(tool, args, { encoding: 'utf8', maxBuffer: 1 << 26, ...options });
const has = (tool) => run(tool, ['--version']).error === undefined;
const needs = (...tools) => {
  const missing = tools.filter((tool) => !has(tool));
  return missing.length ? `left out: no ${missing.join(', ')} here` : false;
};
let copies = 0;
const changed = (path, change) => {
  const copy = join(work, `mutant-${++copies}-${path.split('/').pop()}`);
  const before = text(path);
  const now = change(before);
  assert.notEqual(now, before, 'the mutant is no mutant');
  writeFileSync(copy, now);
  return copy;
};

test('redocly accepts the HTTP interfaces', () => {
  const redocly = join(import.meta.dirname, 'node_modules/.bin/redocly');
  const lint = (paths) => run(redocly, ['lint', '--extends=recommended', '--format=summary', ...paths], { env: { ...process.env, REDOCLY_TELEMETRY: 'off' } });
  const all = everywhere('contracts/openapi', '.yaml');
  assert.ok(all.length > 5);
  const result = lint(all);
  assert.equal(result.status, 0, result.stdout + result.stderr);
  assert.notEqual(lint([changed(all[0], (t) => t.replace('schemas/Problem', 'schemas/Problme'))]).status, 0);
});

test('the AsyncAPI parser accepts the channels', async () => {
  const parser = new asyncapi.Parser();
  const errors = async (source) => (await parser.parse(source)).diagnostics.filter(({ severity }) => severity === 0);
  for (const path of everywhere('contracts/asyncapi', '.yaml')) {
    assert.deepEqual(await errors(text(path)), [], path);
    assert.notDeepEqual(await errors(text(path).replace(/#\/components\/messages\/(\w+)/, '#/components/messages/$1x')), []);
  }
});

test('avsc reads the events', () => {
  const all = everywhere('contracts/avro', '.avsc');
  assert.ok(all.length > 3);
  for (const path of all) avsc.Type.forSchema(JSON.parse(text(path)));
  assert.throws(() => avsc.Type.forSchema(JSON.parse(text(all[0]).replace('"long"', '"lnog"'))));
});

test('the federated graph composes from its subgraphs', async () => {
  const { parse: parseGraphql } = await import('graphql');
  const { composeServices, compositionHasErrors } = await import('@theguild/federation-composition');
  const compose = (services) => composeServices(services.map(({ name, sdl }) => ({ name, url: `http://${name}.test`, typeDefs: parseGraphql(sdl) })));
  for (const example of examples) {
    const out = join(work, `${example}-graphql`);
    const made = run(program, ['generate', join(root, 'examples', `${example}.yaml`), 'graphql', '--only', '--no-simulate', '--out', out]);
    assert.equal(made.status, 0, made.stdout + made.stderr);
    const folder = join(out, 'contracts/graphql');
    const services = readdirSync(folder).sort().map((name) => ({ name: name.replace('.graphql', ''), sdl: text(join(folder, name)) }));
    assert.ok(services.length > 2);
    const result = compose(services);
    assert.ok(!compositionHasErrors(result), `${example}: ${JSON.stringify(result.errors?.map(({ message }) => message))}`);
    assert.ok(result.supergraphSdl.includes('@join__type'));
    // A type that nobody defines, and a field whose type two subgraphs don't agree on.
    const [first, ...rest] = services;
    const unknown = { ...first, sdl: `${first.sdl}\nextend type Query { lost: Nowhere }\n` };
    assert.ok(compositionHasErrors(compose([unknown, ...rest])), 'an unknown type composes');
    const clash = services.map(({ name, sdl }, i) => ({ name, sdl: `${sdl}\ntype Clash { n: ${i === 0 ? 'Int' : 'String'} }\n` }));
    assert.ok(compositionHasErrors(compose(clash)), 'types that contradict each other compose');
  }
});

// What a consumer's Pact sends and expects, held to the provider's own description.
const pactProblems = (example, pact) => {
  const problems = [];
  const provider = join(work, example, 'contracts/openapi', `${pact.provider.name}.yaml`);
  const description = existsSync(provider) ? parse(text(provider)) : { paths: {} };
  const ajv = new Ajv({ strict: false, allErrors: true, logger: false, validateFormats: false }).addSchema(description, 'openapi');
  const fits = (schema, body) => ajv.validate(JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"openapi#/components')), body);
  for (const { type, description: name, request, response, contents } of pact.interactions) {
    if (type === 'Synchronous/Messages') continue; // by gRPC: below
    if (type === 'Asynchronous/Messages') {
      const schema = join(work, example, 'contracts/json-schema');
      const file = readdirSync(schema).map((each) => JSON.parse(text(join(schema, each)))).find(({ title }) => title === name);
      if (!file) problems.push(`no schema of ${name}`);
      else if (!new Ajv2020({ strict: false, validateFormats: false }).validate(file, contents.content)) problems.push(`${name} is not what ${file.$id} says`);
      continue;
    }
    const path = Object.keys(description.paths).find((each) => new RegExp(`^${each.replaceAll(/\{[^}]*\}/g, '[^/]+')}$`).test(request.path));
    const operation = description.paths[path]?.[request.method.toLowerCase()];
    if (!operation) { problems.push(`${request.method} ${request.path} is not offered`); continue; }
    if (request.body && !fits(operation.requestBody.content['application/json'].schema, request.body.content)) problems.push(`${name}: the request's body is refused`);
    const answer = operation.responses[response.status];
    if (!answer) problems.push(`${name}: never answers ${response.status}`);
    else if (!fits(answer.content['application/json'].schema, response.body.content)) problems.push(`${name}: expects what is not answered`);
    const keyed = (operation.parameters ?? []).some(({ $ref }) => $ref?.endsWith('/IdempotencyKey'));
    if (keyed && !request.headers?.['Idempotency-Key']) problems.push(`${name}: sends no idempotency key`);
  }
  return problems;
};

test('consumers\' contracts hold against their providers\' descriptions', () => {
  let interactions = 0;
  for (const example of examples) {
    for (const path of files(example, 'contracts/pacts', '.json')) {
      const pact = JSON.parse(text(path));
      assert.equal(pact.metadata.pactSpecification.version, '4.0');
      assert.deepEqual(pactProblems(example, pact), [], path);
      interactions += pact.interactions.length;
      const mutant = JSON.parse(text(path));
      const first = mutant.interactions.find(({ transport }) => transport !== 'grpc');
      if (!first) continue;
      if (first.request) first.request.path += '/elsewhere';
      else first.description += 'x';
      assert.notDeepEqual(pactProblems(example, mutant), []);
    }
  }
  assert.ok(interactions > 3, `only ${interactions} interactions`);
});

test('the laptop\'s file follows the Compose Specification', () => {
  const { $schema, ...schema } = JSON.parse(text(join(root, 'tests/data/schemas/compose/compose-spec.json')));
  assert.match($schema, /draft-07/);
  const validate = new Ajv({ strict: false, allErrors: true, logger: false, validateFormats: false }).compile(schema);
  for (const example of examples) {
    const document = parse(text(join(work, example, 'compose.yaml')));
    assert.ok(validate(document), `${example}: ${JSON.stringify(validate.errors)}`);
    const [name] = Object.keys(document.services);
    for (const needed of Object.values(document.services).flatMap(({ depends_on }) => Object.keys(depends_on ?? {}))) assert.ok(document.services[needed], needed);
    assert.ok(!validate({ ...document, services: { ...document.services, [name]: { ...document.services[name], imgae: 'x' } } }), 'the schema accepts an unknown key');
  }
});

test('protoc compiles the gRPC interfaces', { skip: needs('protoc') }, () => {
  const compile = (folder, path) => run('protoc', [`-I${folder}`, '-o', '/dev/null', path]);
  for (const example of examples) {
    for (const path of files(example, 'contracts/proto', '.proto')) {
      const result = compile(join(work, example, 'contracts/proto'), path);
      assert.equal(result.status, 0, result.stderr);
    }
  }
  const [first] = everywhere('contracts/proto', '.proto');
  const mutant = changed(first, (t) => t.replace(' = 1;', ' = 0;'));
  assert.notEqual(compile(dirname(mutant), mutant).status, 0);
});

// What Pact's plugin for protobuf does with a contract: it finds the descriptors by their digest, in them the method,
// and reads the contents by them. protoc makes the same descriptors of the provider's file, and reads the same contents.
const grpcProblems = (folder, pact, interaction) => {
  const { descriptorKey, service } = interaction.pluginConfiguration.protobuf;
  const plugin = pact.metadata.plugins.find(({ name }) => name === 'protobuf');
  const descriptors = Buffer.from(plugin?.configuration[descriptorKey]?.protoDescriptors ?? '', 'base64');
  if (createHash('md5').update(descriptors).digest('hex') !== descriptorKey) return ['the descriptors are not those of the key'];
  const [, packaged, name, method] = /^\.(.+)\.(\w+)\/(\w+)$/.exec(service) ?? [];
  const path = readdirSync(folder, { recursive: true }).find((each) => each.endsWith('.proto') && text(join(folder, each)).includes(`package ${packaged};`));
  if (!path) return [`no file has the package ${packaged}`];
  const [, block] = text(join(folder, path)).split(`service ${name} {`);
  const signature = new RegExp(`rpc ${method}\\((\\w+)\\) returns \\((\\w+)\\)`).exec(block?.split('\n}\n')[0] ?? '');
  if (!signature) return [`${service} is not offered`];
  const made = join(work, 'made.bin');
  assert.equal(run('protoc', [`-I${folder}`, '-o', made, path]).status, 0);
  const problems = [];
  if (!descriptors.subarray(-readFileSync(made).length).equals(readFileSync(made))) problems.push(`${path}: protoc makes other descriptors of it`);
  const parts = [[interaction.request, signature[1]], ...interaction.response.map((each) => [each, signature[2]])];
  for (const [{ contents, matchingRules }, type] of parts) {
    if (contents.contentType !== `application/protobuf;message=.${packaged}.${type}`) problems.push(`${contents.contentType} is not ${type}`);
    const bytes = Buffer.from(contents.content, 'base64');
    const read = run('protoc', [`-I${folder}`, `--decode=${packaged}.${type}`, path], { input: bytes, encoding: 'buffer' });
    const again = run('protoc', [`-I${folder}`, `--encode=${packaged}.${type}`, path], { input: read.stdout, encoding: 'buffer' });
    // A field that the message doesn't have is read as a number.
    if (read.status !== 0 || /^\s*\d+[:\s]/m.test(String(read.stdout)) || !again.stdout.equals(bytes)) problems.push(`${type}: the contents are not of it`);
    for (const rule of Object.keys(matchingRules?.body ?? {}))
      if (!String(read.stdout).includes(rule.split('.').pop().replace('[*]', ''))) problems.push(`${rule}: a rule for what is not there`);
  }
  return problems;
};

test('consumers\' gRPC contracts hold against their providers\' interfaces', { skip: needs('protoc') }, () => {
  const out = join(work, 'grpc');
  const made = run(program, ['generate', join(root, 'examples/shop-reference.yaml'), 'protobuf', 'pacts', '--only', '--no-simulate', '--out', out]);
  assert.equal(made.status, 0, made.stdout + made.stderr);
  let interactions = 0;
  for (const path of readdirSync(join(out, 'contracts/pacts'))) {
    const pact = JSON.parse(text(join(out, 'contracts/pacts', path)));
    const problems = (of) => of.interactions.filter(({ transport }) => transport === 'grpc').flatMap((each) => grpcProblems(join(out, 'contracts/proto'), of, each));
    assert.deepEqual(problems(pact), [], path);
    const [first] = pact.interactions.filter(({ transport }) => transport === 'grpc');
    if (!first) continue;
    interactions += pact.interactions.length;
    const broken = (change) => {
      const mutant = structuredClone(pact);
      change(mutant.interactions.find(({ transport }) => transport === 'grpc'), mutant.metadata.plugins[0].configuration);
      return problems(mutant);
    };
    assert.notDeepEqual(broken((each) => { each.pluginConfiguration.protobuf.service += 'Elsewhere'; }), []);
    assert.notDeepEqual(broken((each) => { each.request.contents.content = Buffer.from([0x7a, 1, 0x61]).toString('base64'); }), []);
    assert.notDeepEqual(broken((each, all) => { all[each.pluginConfiguration.protobuf.descriptorKey].protoDescriptors = 'AAAA'; }), []);
  }
  assert.ok(interactions > 3, `only ${interactions} interactions`);
});

test('promtool accepts the rules, and their tests notice a changed limit', { skip: needs('promtool') }, () => {
  const rules = everywhere('observability/prometheus/rules', '.yaml');
  const result = run('promtool', ['check', 'rules', '--lint=all', '--lint-fatal', ...rules]);
  assert.equal(result.status, 0, result.stdout + result.stderr);
  const folder = join(work, 'rules-mutant');
  cpSync(join(work, 'shop/observability/prometheus'), folder, { recursive: true });
  const pages = join(folder, 'tests/place-order-availability-pages.yaml');
  const passed = run('promtool', ['test', 'rules', pages]);
  assert.equal(passed.status, 0, passed.stdout + passed.stderr);
  const rule = join(folder, 'rules/place-order-availability.yaml');
  writeFileSync(rule, text(rule).replaceAll('> 0.0072', '> 0.0092'));
  assert.notEqual(run('promtool', ['test', 'rules', pages]).status, 0);
});

// All of them take minutes (they replay days): of each example one objective of each kind.
test('the rules\' own tests pass for every kind of objective', { skip: needs('promtool') }, () => {
  let ran = 0;
  for (const example of examples) {
    for (const kind of ['availability', 'latency']) {
      const [pages] = files(example, 'observability/prometheus/tests', `-${kind}-pages.yaml`).sort();
      if (!pages) continue;
      const result = run('promtool', ['test', 'rules', pages]);
      assert.equal(result.status, 0, pages + result.stdout + result.stderr);
      ran += 1;
    }
  }
  assert.ok(ran > 3, `only ${ran} tests of rules`);
});

test('promtool understands every query of the dashboards', { skip: needs('promtool') }, () => {
  const queries = everywhere('observability/grafana', '.json').flatMap((path) => JSON.parse(text(path)).panels)
    .flatMap((panel) => panel.targets ?? []).map(({ expr }) => expr);
  assert.ok(queries.length > 100);
  const check = (list) => {
    const path = join(work, 'queries.json');
    writeFileSync(path, JSON.stringify({ groups: [{ name: 'q', rules: list.map((expr, i) => ({ record: `q:${i}`, expr })) }] }));
    return run('promtool', ['check', 'rules', path]);
  };
  const result = check(queries);
  assert.equal(result.status, 0, result.stdout + result.stderr);
  assert.notEqual(check([`${queries[0]} +`]).status, 0);
});

test('amtool accepts the routing', { skip: needs('amtool') }, () => {
  for (const path of everywhere('observability/alertmanager', '.yaml')) {
    assert.equal(run('amtool', ['check-config', path]).status, 0);
    assert.notEqual(run('amtool', ['check-config', changed(path, (t) => t.replace('receiver: nobody', 'receiver: somebody'))]).status, 0);
  }
});

test('kubectl renders every overlay', { skip: needs('kubectl') }, () => {
  for (const example of examples) {
    for (const environment of readdirSync(join(work, example, 'deploy/overlays'))) {
      const result = run('kubectl', ['kustomize', join(work, example, 'deploy/overlays', environment)]);
      assert.equal(result.status, 0, result.stderr);
      assert.ok(parseAllDocuments(result.stdout).length > 50);
    }
  }
  const folder = join(work, 'kustomize-mutant');
  cpSync(join(work, 'shop/deploy'), folder, { recursive: true });
  rmSync(join(folder, 'base/namespace.yaml'));
  assert.notEqual(run('kubectl', ['kustomize', join(folder, 'overlays/production')]).status, 0);
});

test('docker-compose reads the laptop\'s file', { skip: needs('docker-compose') }, () => {
  const config = (example, file) => run('docker-compose', ['-f', join(work, example, file), 'config']);
  for (const example of examples) {
    // The first docker-compose looks whether the services' code is there.
    for (const { build } of Object.values(parse(text(join(work, example, 'compose.yaml'))).services)) if (build) mkdirSync(join(work, example, build.context), { recursive: true });
    const result = config(example, 'compose.yaml');
    assert.equal(result.status, 0, result.stderr);
    assert.deepEqual(Object.keys(parse(result.stdout).services).sort(), Object.keys(parse(text(join(work, example, 'compose.yaml'))).services).sort());
  }
  const whole = text(join(work, 'shop/compose.yaml'));
  const mutant = whole.replace(/(depends_on:\n {6})(\S+):/, '$1$2-elsewhere:');
  assert.notEqual(mutant, whole);
  writeFileSync(join(work, 'shop/mutant.yaml'), mutant);
  assert.notEqual(config('shop', 'mutant.yaml').status, 0);
});

test('experiments and applications follow the schemas of their operators', () => {
  const ajv = new Ajv({ strict: false, allErrors: true, logger: false });
  const compiled = new Map();
  const validator = ({ apiVersion, kind }) => {
    const [group, version] = apiVersion.split('/');
    const path = join(schemas, group, `${kind.toLowerCase()}_${version}.json`);
    if (!compiled.has(path)) compiled.set(path, ajv.compile(JSON.parse(text(path))));
    return compiled.get(path);
  };
  const paths = [...everywhere('delivery/argocd', '.yaml'), ...everywhere('tests/chaos', '.yaml').filter((path) => !path.endsWith('-steady-state.yaml'))];
  assert.ok(paths.length > 10);
  for (const path of paths) {
    for (const document of parseAllDocuments(text(path)).map((each) => each.toJS())) {
      const validate = validator(document);
      assert.ok(validate(document), `${path}: ${JSON.stringify(validate.errors)}`);
      assert.ok(!validator(document)({ ...document, spec: { ...document.spec, unknwon: 1 } }), document.kind);
    }
  }
});

test('what is said in one place is said in all', () => {
  for (const example of examples) {
    const load = files(example, 'tests/load', '.js').map(text).join('');
    const described = files(example, 'contracts/openapi', '.yaml').flatMap((path) => Object.keys(parse(text(path)).paths));
    const routes = files(example, 'deploy/base/gateway', '.yaml').flatMap((path) => parseAllDocuments(text(path)).map((each) => each.toJS()))
      .filter(({ kind }) => kind === 'HTTPRoute').flatMap(({ spec }) => spec.rules).flatMap(({ matches }) => matches ?? [])
      .filter(({ path }) => path.type === 'Exact').map(({ path }) => path.value);
    assert.ok(routes.length > 0);
    for (const route of routes) {
      assert.ok(described.includes(route), `${route} is routed, but not described`);
      assert.ok(load.includes(route), `${route} is routed, but not under load`);
    }
    const catalogue = parseAllDocuments(text(join(work, example, 'catalog-info.yaml'))).map((each) => each.toJS());
    const apis = new Set(catalogue.filter(({ kind }) => kind === 'API').map(({ metadata }) => metadata.name));
    for (const { spec } of catalogue.filter(({ kind }) => kind === 'Component')) {
      for (const name of [...(spec.providesApis ?? []), ...(spec.consumesApis ?? [])]) assert.ok(apis.has(name), name);
    }
    for (const { spec } of catalogue.filter(({ kind }) => kind === 'API')) assert.ok(existsSync(join(work, example, spec.definition.$text)));
  }
});
