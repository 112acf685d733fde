// What `scantling generate` writes, held to the schemas of Kubernetes, Istio, Linkerd, the Gateway API and the
// Prometheus operator, and to the rules of Datree and Polaris. Each validator must also refuse a mutant.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, test } from 'node:test';
import Ajv from 'ajv';
import Ajv2019 from 'ajv/dist/2019.js';
import { parseAllDocuments } from 'yaml';

const root = resolve(import.meta.dirname, '../..');
const program = process.env.SCANTLING ?? join(root, 'build/release/scantling');
const data = join(root, 'tests/data/schemas');
const work = mkdtempSync(join(tmpdir(), 'scantling-generate-'));
after(() => rmSync(work, { recursive: true }));

const schemas = join(root, 'src/generate/schemas');
const json = (path, folder = data) => JSON.parse(readFileSync(join(folder, path), 'utf8'));
// Kinds whose publishers have no schema that may be copied.
const withoutSchema = new Set([
  'barmancloud.cnpg.io/v1', 'clickhouse-keeper.altinity.com/v1', 'clickhouse.altinity.com/v1',
  'crdb.cockroachlabs.com/v1alpha1', 'elasticsearch.k8s.elastic.co/v1', 'jetstream.nats.io/v1beta2',
  'k8ssandra.io/v1alpha1', 'medusa.k8ssandra.io/v1alpha1', 'operator.victoriametrics.com/v1beta1',
  'psmdb.percona.com/v1', 'pxc.percona.com/v1', 'rabbitmq.com/v1beta1', 'scylla.scylladb.com/v1',
]);
const hasSchema = ({ apiVersion }) => !withoutSchema.has(apiVersion);
const options = { strict: false, allErrors: true, logger: false };

function generate(example) {
  const out = join(work, example);
  const run = spawnSync(program, ['generate', join(root, 'examples', `${example}.yaml`), '--no-simulate', '--out', out], { encoding: 'utf8' });
  assert.equal(run.status, 0, run.stderr);
  const base = join(out, 'deploy/base');
  return readdirSync(base, { recursive: true })
    .filter((name) => name.endsWith('.yaml') && !name.endsWith('kustomization.yaml'))
    .flatMap((name) => parseAllDocuments(readFileSync(join(base, name), 'utf8')).map((document) => document.toJS()));
}

const kinds = json('kubernetes/kinds.json', schemas);
const ajv = new Ajv(options).addSchema(json('kubernetes/definitions.json', schemas), 'kubernetes');
const compiled = new Map();
function validator({ apiVersion, kind }) {
  const key = `${apiVersion}/${kind}`;
  if (!compiled.has(key)) {
    const [group, version] = apiVersion.split('/');
    // CRD patterns are RE2: its inline flag is not JavaScript's.
    const schema = kinds[key] ? { $ref: `kubernetes#/definitions/${kinds[key]}` }
      : JSON.parse(readFileSync(join(schemas, 'crds', group, `${kind.toLowerCase()}_${version}.json`), 'utf8').replaceAll('(?i)', ''));
    compiled.set(key, ajv.compile(schema));
  }
  return compiled.get(key);
}

// Keys of lists that are maps to the API server: ports, variables, volumes and containers by name.
function duplicates(object) {
  const found = [];
  const pods = object?.spec?.template?.spec ?? object?.spec?.jobTemplate?.spec?.template?.spec;
  for (const container of pods?.containers ?? []) {
    for (const list of [container.env, container.ports, container.volumeMounts?.map((m) => ({ name: m.mountPath })), pods.volumes]) {
      const names = (list ?? []).map((item) => item.name);
      found.push(...names.filter((name, i) => names.indexOf(name) !== i));
    }
  }
  return found;
}

const examples = ['shop', 'bank', 'telemetry'].map((name) => ({ name, objects: generate(name) }));
const workloads = (objects) => objects.filter((object) => ['Deployment', 'StatefulSet'].includes(object.kind));
const clone = (value) => JSON.parse(JSON.stringify(value));

for (const { name, objects } of examples) {
  test(`${name}: every object follows its schema`, () => {
    assert.ok(objects.length > 50, `only ${objects.length} objects`);
    for (const object of objects.filter(hasSchema)) {
      const validate = validator(object);
      assert.ok(validate(object), `${object.kind} ${object.metadata.name}: ${JSON.stringify(validate.errors)}`);
      assert.deepEqual(duplicates(object), [], `${object.kind} ${object.metadata.name}`);
    }
  });
}

test('a mutant of every kind is refused', () => {
  for (const { objects } of examples) {
    const seen = new Set();
    for (const object of objects) {
      if (seen.has(object.kind) || !hasSchema(object)) continue;
      seen.add(object.kind);
      // The top level of a CRD's schema is open: the API server knows its fields.
      const unknown = { ...clone(object), unknwon: 1 };
      if (kinds[`${object.apiVersion}/${object.kind}`]) {
        assert.ok(!validator(unknown)(unknown), `${object.kind} accepts an unknown field`);
      }
      if (!object.spec) continue;
      const nested = clone(object);
      nested.spec.unknwon = 1;
      assert.ok(!validator(nested)(nested), `${object.kind} accepts an unknown field of its spec`);
    }
  }
});

test('Datree\'s default rules find what is switched off with a reason, and nothing else', () => {
  const { rules } = json('linters/datree-default-rules.json');
  const checks = rules.map((rule) => ({ rule, validate: new Ajv({ ...options, validateFormats: false, unicodeRegExp: false }).compile(rule.schema) }));
  const findings = (object) => checks.filter(({ validate }) => !validate(object)).map(({ rule }) => rule.uniqueName);
  for (const { objects } of examples) {
    for (const object of objects) {
      const said = object.metadata.annotations?.['scantling/reasons'] ?? '';
      const allowed = said.includes('no CPU limit') ? ['CONTAINERS_MISSING_CPU_LIMIT_KEY'] : [];
      if (['Job', 'CronJob'].includes(object.kind) && said.includes('no probes')) allowed.push('CONTAINERS_MISSING_LIVENESSPROBE_KEY', 'CONTAINERS_MISSING_READINESSPROBE_KEY');
      assert.deepEqual(findings(object).filter((name) => !allowed.includes(name)), [], `${object.kind} ${object.metadata.name}`);
    }
    for (const object of workloads(objects)) {
      assert.match(object.metadata.annotations['scantling/reasons'], /no CPU limit/);
      const mutant = clone(object);
      delete mutant.spec.template.spec.containers[0].livenessProbe;
      assert.ok(findings(mutant).includes('CONTAINERS_MISSING_LIVENESSPROBE_KEY'));
    }
  }
});

test('Polaris\' checks of pods and containers find the processor limit alone', () => {
  const checks = Object.entries(json('linters/polaris-checks.json')).map(([name, { target, schema }]) => {
    const text = JSON.stringify(schema).replaceAll('(?i)', '').replaceAll('"required":null,', '').replaceAll('schema#"', 'schema"');
    return { name, target, validate: new Ajv2019(options).compile(JSON.parse(text)) };
  });
  assert.ok(checks.length > 15);
  const findings = (pod) => checks.filter(({ target, validate }) =>
    !(target === 'PodSpec' ? validate(pod) : pod.containers.every((container) => validate(container)))).map(({ name }) => name);
  for (const { objects } of examples) {
    for (const object of workloads(objects)) {
      const pod = object.spec.template.spec;
      assert.deepEqual(findings(pod), ['cpuLimitsMissing'], object.metadata.name);
      assert.ok(findings({ ...pod, priorityClassName: undefined, hostNetwork: true }).includes('hostNetworkSet'));
    }
  }
});
