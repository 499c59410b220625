// Checks the catalogue and its pictures. Run: node web/art/check.mjs
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { brands } from './icons.mjs';
import { categoriesWithStage } from './backdrop.mjs';
import { drawnProducts, publicFolder, readCatalogue, render } from './pictures.mjs';

const LIMIT = { 'products/': 12_000, 'art/': 64_000, '': 12_000 };
const faults = [];
const expect = (holds, message) => {
  if (!holds) faults.push(message);
};
const text = (value, most) => typeof value === 'string' && value.trim() === value && value.length > 0 && value.length <= most;
const whole = (value, least, most) => Number.isInteger(value) && value >= least && value <= most;
const repeated = (values) => [...new Set(values.filter((value, i) => values.indexOf(value) !== i))];

const categories = readCatalogue('categories.json');
const products = readCatalogue('products.json');

const slugs = categories.map(({ slug }) => slug);
expect(categories.length >= 12, `at least 12 categories are wanted, there are ${categories.length}`);
expect(products.length >= 72, `at least 72 products are wanted, there are ${products.length}`);
for (const { slug, name } of categories) {
  expect(/^[a-z]+(-[a-z]+)*$/.test(slug) && text(name, 40), `category ${slug}: its slug or name is not acceptable`);
  expect(categoriesWithStage.includes(slug), `category ${slug} has no backdrop`);
  expect(
    products.some(({ category }) => category === slug),
    `category ${slug} has no product`,
  );
}
for (const field of ['sku', 'name', 'description'])
  for (const value of repeated(products.map((p) => p[field]))) faults.push(`two products share the ${field} ${value}`);
for (const slug of repeated(slugs)) faults.push(`two categories share the slug ${slug}`);
for (const sku of drawnProducts)
  expect(
    products.some((p) => p.sku === sku),
    `a drawing exists for ${sku}, which is not in the catalogue`,
  );

const fields = 'sku name description category brand price_minor currency stock rating_tenths images attributes'.split(' ');
for (const p of products) {
  const fault = (holds, what) => expect(holds, `${p.sku}: ${what}`);
  fault(/^VLR-[A-Z]{3}-\d{3}$/.test(p.sku), 'its sku is not of the form VLR-ABC-001');
  fault(Object.keys(p).join() === fields.join(), `its fields are not exactly ${fields.join(', ')}`);
  fault(text(p.name, 100) && text(p.description, 600), 'its name or description is empty, too long or has space around it');
  fault(slugs.includes(p.category), `its category ${p.category} does not exist`);
  fault(brands.includes(p.brand), `its brand ${p.brand} has no mark`);
  fault(whole(p.price_minor, 1, 1_000_000) && p.currency === 'USD', 'its price is not a positive number of cents in USD');
  fault(whole(p.stock, 0, 1000), 'its stock is not a whole number');
  fault(whole(p.rating_tenths, 10, 50), 'its rating is not within 10..50 tenths');
  fault(p.images?.length === 1 && p.images[0].url === `/products/${p.sku.toLowerCase()}.svg`, 'its picture is not /products/<sku>.svg');
  fault(text(p.images?.[0]?.alt, 200), 'its picture has no alternative text');
  for (const [key, value] of Object.entries(p.attributes)) {
    fault(/^[a-z][a-z0-9_]*$/.test(key), `attribute ${key} is not in snake_case`);
    const fine = (v) => text(v, 80) || typeof v === 'boolean' || Number.isInteger(v);
    fault(
      Array.isArray(value) ? value.length > 0 && value.every((v) => text(v, 80)) : fine(value),
      `attribute ${key} is neither text, a whole number, yes/no nor a list of texts`,
    );
  }
}

const files = render();
for (const [path, drawn] of files) {
  const folder = path.slice(0, path.indexOf('/') + 1);
  const at = new URL(path, publicFolder);
  const bytes = Buffer.byteLength(drawn);
  expect(bytes <= LIMIT[folder], `${path} is ${bytes} bytes, more than ${LIMIT[folder]}`);
  expect(!/NaN|undefined|Infinity/.test(drawn), `${path} holds a number that is none`);
  expect(
    !/<(script|style|text|image|foreignObject)\b|href="(?!#)|\son\w+=|url\((?!#)/.test(drawn),
    `${path} holds a script, style, text or reference`,
  );
  expect(balanced(drawn), `${path} is not well-formed XML`);
  if (!existsSync(at)) faults.push(`${path} is missing: run node web/art/draw.mjs`);
  else expect(readFileSync(at, 'utf8') === drawn, `${path} differs from what is drawn: run node web/art/draw.mjs`);
}
for (const folder of ['products/', 'art/']) {
  const at = new URL(folder, publicFolder);
  for (const name of existsSync(at) ? readdirSync(at) : []) expect(files.has(folder + name), `${folder}${name} is drawn by nobody`);
}
const bodies = new Map();
for (const [path, drawn] of files) {
  const body = drawn.slice(drawn.indexOf('</title>'));
  expect(!bodies.has(body), `${path} is the same picture as ${bodies.get(body)}`);
  bodies.set(body, path);
}

/** Every tag is closed in order, attributes are quoted, and no bare ampersand or bracket is left. */
function balanced(xml) {
  const open = [];
  let at = 0;
  for (const tag of xml.matchAll(/<(\/?)([A-Za-z]+)((?:\s[\w:-]+="[^"<>]*")*)(\/?)>/g)) {
    if (/[<>]|&(?!amp;|lt;)/.test(xml.slice(at, tag.index))) return false;
    at = tag.index + tag[0].length;
    if (tag[1]) {
      if (open.pop() !== tag[2]) return false;
    } else if (!tag[4]) open.push(tag[2]);
  }
  return open.length === 0 && xml.slice(at).trim() === '';
}

if (faults.length) {
  for (const fault of faults) console.error(`catalogue: ${fault}`);
  console.error(`catalogue: ${faults.length} fault${faults.length === 1 ? '' : 's'}`);
  process.exit(1);
}
console.log(`catalogue: ${products.length} products in ${categories.length} categories, ${files.size} pictures, all as drawn`);
