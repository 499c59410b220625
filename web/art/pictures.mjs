// Which drawing belongs to which product, and how a drawing becomes a file.
import { readFileSync } from 'node:fs';
import { aquariums } from './aquariums.mjs';
import { backdrop } from './backdrop.mjs';
import { beds } from './beds.mjs';
import { birds } from './birds.mjs';
import { smallAnimals } from './burrows.mjs';
import { catFood, dogFood } from './food.mjs';
import { grooming, health } from './grooming.mjs';
import { join, restart } from './kit.mjs';
import { scenes } from './scenes.mjs';
import { reptiles } from './reptiles.mjs';
import { toys } from './toys.mjs';
import { travel } from './travel.mjs';
import { bowls, treats } from './treats.mjs';
import { walking } from './walking.mjs';

const drawings = {
  ...dogFood,
  ...catFood,
  ...treats,
  ...bowls,
  ...toys,
  ...beds,
  ...walking,
  ...grooming,
  ...health,
  ...aquariums,
  ...birds,
  ...smallAnimals,
  ...reptiles,
  ...travel,
};

export const publicFolder = new URL('../public/', import.meta.url);
const catalogue = new URL('../../crates/mongo/catalogue/', import.meta.url);

export const readCatalogue = (file) => JSON.parse(readFileSync(new URL(file, catalogue), 'utf8'));

const escaped = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');

const file = (title, width, height, content) =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img"><title>${escaped(title)}</title>${content}</svg>\n`;

/** Drawings are composed around (400, 415) and enlarged a little, so that every product fills its frame alike. */
const staged = (drawing) => `<g transform="translate(-48 -44) scale(1.12)">${drawing}</g>`;

/** Every file of the shop's art: path under `public/` to text. */
export function render() {
  const files = new Map();
  for (const product of readCatalogue('products.json')) {
    const draw = drawings[product.sku];
    if (!draw) throw new Error(`no drawing for ${product.sku} (${product.name})`);
    restart();
    files.set(`products/${product.sku.toLowerCase()}.svg`, file(product.name, 800, 800, join(backdrop(product.category), staged(draw()))));
  }
  for (const [path, { title, width, height, draw }] of Object.entries(scenes)) {
    restart();
    files.set(path, file(title, width, height, draw()));
  }
  return files;
}

export const drawnProducts = Object.keys(drawings);
