// The formats that scantling writes, held to their schemas by validators that others wrote: findings as
// JSON against our published schema, SARIF against Microsoft's validator (schema and rules), models
// against the JSON Schema that the program prints.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, test } from 'node:test';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { Language, Parser } from 'web-tree-sitter';
import { parse } from 'yaml';

const root = resolve(import.meta.dirname, '../..');
const program = process.env.SCANTLING ?? join(root, 'build/release/scantling');
const work = mkdtempSync(join(tmpdir(), 'scantling-validators-'));
after(() => rmSync(work, { recursive: true }));

function scantling(...args) {
  const run = spawnSync(program, args, { cwd: work, encoding: 'utf8', maxBuffer: 1 << 28 });
  assert.equal(run.error, undefined);
  // 2: a model that can't be read, whose findings are printed all the same.
  assert.ok([0, 1, 2, 3].includes(run.status), `scantling ${args.join(' ')}: ${run.status} ${run.stderr}`);
  return run.stdout;
}

function compiled(schema) {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats(ajv);
  return ajv.compile(schema);
}

const examples = readdirSync(join(root, 'examples'))
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => ({ name, text: readFileSync(join(root, 'examples', name), 'utf8') }));

// The models in the golden tests of the checks: between them they have every finding.
function goldenModels() {
  const folder = join(root, 'tests/golden/check');
  const models = [];
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.test'))) {
    let current = null;
    for (const line of readFileSync(join(folder, file), 'utf8').split('\n')) {
      const header = /^-- (.+) --$/.exec(line);
      if (header) {
        current = header[1].endsWith('.yaml') && !header[1].startsWith('from ')
          ? { name: `${file}-${models.length}.yaml`, text: '' } : null;
        if (current) models.push(current);
      } else if (current) {
        current.text += `${line.replace(/^\\/, '')}\n`;
      }
    }
  }
  return models;
}

const broken = { name: 'broken.yaml', text: 'scantling: 1\nsystem: x\nsytem: y\noperations:\n  a: { load: { mean: 3 } }\n' };
const models = [...examples, ...goldenModels(), broken];
for (const { name, text } of models) writeFileSync(join(work, name), text);

test('findings as JSON follow the published schema', () => {
  const validate = compiled(JSON.parse(readFileSync(join(root, 'docs/schemas/diagnostics.schema.json'), 'utf8')));
  let findings = 0;
  for (const { name } of models) {
    const report = JSON.parse(scantling('check', name, '--format', 'json'));
    assert.ok(validate(report), `${name}: ${JSON.stringify(validate.errors, null, 1)}`);
    findings += report.findings.length;
  }
  assert.ok(findings > 20, `only ${findings} findings: this test looks at nothing`);
  assert.ok(!validate({ schema: 'scantling.diagnostics/1' }), 'the schema accepts anything');
});

// The commands of the golden tests of `boundaries`: every format it reads, constraints, comparisons.
function boundariesRuns() {
  const folder = join(root, 'tests/golden/boundaries');
  const runs = [];
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.test'))) {
    let run = null;
    let take = null;
    for (const line of readFileSync(join(folder, file), 'utf8').split('\n')) {
      const header = /^-- (.+) --$/.exec(line);
      if (header && header[1] === 'args') {
        run = { file, args: '', files: {} };
        runs.push(run);
        take = (text) => { run.args += text; };
      } else if (header) {
        const name = header[1];
        const made = ['stdout', 'stderr', 'exit'].includes(name) || name.startsWith('from ');
        if (!made) run.files[name] = '';
        take = made ? null : (text) => { run.files[name] += `${text}\n`; };
      } else if (take) {
        take(line.replace(/^\\/, ''));
      }
    }
  }
  return runs;
}

test('cuts as JSON follow the published schema', () => {
  const validate = compiled(JSON.parse(readFileSync(join(root, 'docs/schemas/boundaries.schema.json'), 'utf8')));
  let valid = 0;
  const seen = new Set();
  const check = (what, text) => {
    if (text === '') return;
    const cut = JSON.parse(text);
    assert.ok(validate(cut), `${what}: ${JSON.stringify(validate.errors?.slice(0, 5), null, 1)}`);
    valid += 1;
    for (const [key, value] of Object.entries(cut)) if (value !== null && value.length !== 0) seen.add(key);
    if (cut.compared.some((other) => other.relations.length > 0)) seen.add('relations');
  };
  for (const { name } of examples) check(name, scantling('boundaries', name, '--format', 'json'));
  boundariesRuns().forEach(({ file, args, files }, i) => {
    const folder = join(work, `boundaries-${i}`);
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    const words = args.trim().split(/\s+/).filter((word, at, all) => word !== '--format' && all[at - 1] !== '--format');
    const run = spawnSync(program, [...words, '--format', 'json'], { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 28 });
    if (run.status === 0 || run.status === 3) check(`${file}: ${args}`, run.stdout);
  });
  assert.ok(valid > 10, `only ${valid} cuts: this test looks at nothing`);
  for (const part of ['conflicts', 'constraint_costs', 'compared', 'relations', 'reference', 'near', 'code', 'domain'])
    assert.ok(seen.has(part), `no run has ${part}: this test doesn't look at it`);
  assert.ok(!validate({ schema: 'scantling.boundaries/1' }), 'the schema accepts anything');
});

// A small model that sweep and explore are quick on.
const small = /-- tickets.yaml --\n([\s\S]*?)\n-- has/.exec(
  readFileSync(join(root, 'tests/golden/commands/explore.test'), 'utf8'))[1];

test('campaigns and explorations as JSON follow the published schemas', () => {
  writeFileSync(join(work, 'tickets.yaml'), small);
  const runs = {
    sweep: ['sweep', 'tickets.yaml', '--db', 'none', '--for', '1s', '--replications', '2', '--set', 'load=x1,x2', '--fault', 'all'],
    explore: ['explore', 'tickets.yaml', '--designs', '12', '--candidates', '60', '--for', '1s', '--replications', '2'],
  };
  for (const [name, args] of Object.entries(runs)) {
    const validate = compiled(JSON.parse(readFileSync(join(root, `docs/schemas/${name}.schema.json`), 'utf8')));
    const found = JSON.parse(scantling(...args, '--format', 'json'));
    assert.ok(validate(found), `${name}: ${JSON.stringify(validate.errors?.slice(0, 5), null, 1)}`);
    assert.ok((found.points ?? found.finalists).length > 1, `${name}: this test looks at nothing`);
    assert.ok(!validate({ schema: `scantling.${name}/1` }), `the schema of ${name} accepts anything`);
  }
});

test('verifications as JSON follow the published schema', () => {
  const validate = compiled(JSON.parse(readFileSync(join(root, 'docs/schemas/verification.schema.json'), 'utf8')));
  const outages = readdirSync(join(root, 'examples/outages')).flatMap((folder) =>
    ['before', 'after', 'naive'].map((kind) => join(root, 'examples/outages', folder, `${kind}.yaml`)).filter(existsSync));
  assert.ok(outages.length > 0, 'no outage: this test looks at nothing');
  const seen = new Set();
  for (const path of outages) {
    const result = JSON.parse(scantling('verify', path, '--format', 'json'));
    assert.ok(validate(result), `${path}: ${JSON.stringify(validate.errors?.slice(0, 5), null, 1)}`);
    for (const protocol of result.protocols)
      for (const property of protocol.properties) {
        seen.add(property.verdict);
        if (property.run) seen.add('run');
        if (property.run?.goes_round_from) seen.add('round');
        if (property.repairs.length > 0) seen.add('repairs');
      }
  }
  for (const part of ['holds', 'fails', 'run', 'round', 'repairs'])
    assert.ok(seen.has(part), `no run has ${part}: this test doesn't look at it`);
  assert.ok(!validate({ schema: 'scantling.verification/1' }), 'the schema accepts anything');
});

test('exports to TLA+ are read by its tree-sitter grammar', async () => {
  const grammar = join(import.meta.dirname, 'node_modules/@tlaplus/tree-sitter-tlaplus/tree-sitter-tlaplus.wasm');
  await Parser.init();
  const parser = new Parser();
  parser.setLanguage(await Language.load(grammar));
  const wrong = (node) => (node.isError || node.isMissing ? [`${node.startPosition.row + 1}: ${node.text.slice(0, 80)}`]
    : node.hasError ? node.children.flatMap(wrong) : []);
  let read = 0;
  for (const outage of readdirSync(join(root, 'examples/outages'))) {
    const model = join(root, 'examples/outages', outage, 'before.yaml');
    const folder = join(work, 'tla', outage);
    if (!existsSync(model)) continue;
    scantling('verify', model, '--export', 'tla', '--out', folder);
    for (const name of existsSync(folder) ? readdirSync(folder) : []) {
      assert.deepEqual(wrong(parser.parse(readFileSync(join(folder, name), 'utf8')).rootNode), [], name);
      read += 1;
    }
  }
  assert.ok(read > 4, `only ${read} modules: this test looks at nothing`);
  assert.ok(parser.parse('---- MODULE x ----\nInit == /\\ a = \n====\n').rootNode.hasError, 'the grammar accepts anything');
});

test('SARIF passes Microsoft\'s validator', () => {
  const folder = join(work, 'sarif');
  execFileSync('mkdir', ['-p', folder]);
  for (const { name } of models) {
    writeFileSync(join(folder, `${name}.sarif`), scantling('check', name, '--format', 'sarif'));
  }
  // With code flows.
  const outage = join(root, 'examples/outages/11-charge-before-record/before.yaml');
  const flows = scantling('verify', outage, '--format', 'sarif');
  assert.ok(JSON.parse(flows).runs[0].results[0].codeFlows[0].threadFlows[0].locations.length > 1);
  writeFileSync(join(folder, 'verify.sarif'), flows);
  const tool = join(import.meta.dirname, 'node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool');
  chmodSync(tool, 0o755);
  const validate = (pattern) => {
    const run = spawnSync(tool, ['validate', pattern], {
      encoding: 'utf8', cwd: folder, maxBuffer: 1 << 28,
      env: { ...process.env, DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: '1' },
    });
    assert.equal(run.error, undefined);
    assert.match(run.stdout, /files? scanned/);
    return run.stdout.split('\n').filter((line) => /: (error|fail) /.test(line));
  };
  assert.deepEqual(validate(join(folder, '*.sarif')), []);
  writeFileSync(join(work, 'bad.sarif'), '{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x"}},"results":[{"bogus":1}]}]}');
  assert.notDeepEqual(validate(join(work, 'bad.sarif')), [], 'the validator accepts anything');
});

test('models follow the JSON Schema that the program prints', () => {
  const validate = compiled(JSON.parse(scantling('schema')));
  for (const { name, text } of examples) {
    assert.ok(validate(parse(text)), `${name}: ${JSON.stringify(validate.errors?.slice(0, 5), null, 1)}`);
    scantling('design', name, '--no-simulate', '--out', `designed-${name}`);
    const folder = join(work, `designed-${name}`);
    for (const file of readdirSync(folder).filter((entry) => entry.endsWith('.yaml'))) {
      const elaborated = parse(readFileSync(join(folder, file), 'utf8'), { maxAliasCount: 0 });
      assert.ok(validate(elaborated), `${name}, designed: ${JSON.stringify(validate.errors?.slice(0, 5), null, 1)}`);
    }
  }
  assert.ok(!validate(parse(broken.text)), 'the schema accepts an unknown key');
});
