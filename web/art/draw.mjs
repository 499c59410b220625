// Draws every picture of the shop into web/public. Run: node web/art/draw.mjs
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { publicFolder, render } from './pictures.mjs';

const files = render();
for (const folder of ['products/', 'art/']) {
  const at = new URL(folder, publicFolder);
  mkdirSync(at, { recursive: true });
  for (const name of readdirSync(at)) if (name.endsWith('.svg') && !files.has(folder + name)) rmSync(new URL(name, at));
}
for (const [path, text] of files) writeFileSync(new URL(path, publicFolder), text);
console.log(`${files.size} pictures drawn`);
