// One set per category: a wall, a floor and one paper shape standing behind the product.
import { C, ell, flat, join, mix, poly, rr, shade, tint } from './kit.mjs';

const FLOOR = 590;

const stages = {
  'dog-food': ['#F0D9B8', 'arch'],
  'cat-food': ['#F2D3C4', 'disc'],
  treats: ['#F3DFA9', 'sun'],
  bowls: ['#E2DACA', 'steps'],
  toys: ['#C9DEE6', 'disc'],
  beds: ['#DCC9D6', 'window'],
  walking: ['#CBDAC7', 'hills'],
  grooming: ['#CFE3DD', 'pill'],
  aquariums: ['#B9D6DF', 'wave'],
  birds: ['#D9E3BC', 'leaf'],
  'small-animals': ['#EAD6B6', 'hills'],
  reptiles: ['#E9C9AC', 'sun'],
  health: ['#D8E0EA', 'pill'],
  travel: ['#EBC9B4', 'peaks'],
};

const shapes = {
  arch: (c) => flat(`M190 ${FLOOR}L190 330A210 210 0 0 1 610 330L610 ${FLOOR}Z`, c),
  disc: (c) => flat(ell(400, 350, 262), c),
  sun: (c) => flat(`M112 ${FLOOR}A288 288 0 0 1 688 ${FLOOR}Z`, c),
  steps: (c) =>
    flat(
      poly([
        [84, FLOOR],
        [84, 330, 26],
        [300, 330, 10],
        [300, 160, 26],
        [716, 160, 26],
        [716, FLOOR],
      ]),
      c,
    ),
  window: (c) => join(flat(rr(170, 110, 460, 380, [230, 230, 18, 18]), c)),
  hills: (c, deep) =>
    join(
      flat(`M0 ${FLOOR}L0 430C120 300 270 300 400 430C500 520 560 560 620 ${FLOOR}Z`, c),
      flat(`M250 ${FLOOR}C380 400 560 300 800 380L800 ${FLOOR}Z`, deep),
    ),
  pill: (c) => flat(rr(84, 150, 632, 360, 180), c),
  wave: (c) => flat(`M0 330C110 270 180 270 270 320C370 376 440 376 540 320C640 266 710 270 800 322L800 ${FLOOR}L0 ${FLOOR}Z`, c),
  leaf: (c) => flat('M130 590C90 330 260 120 640 110C690 370 560 560 300 590Z', c),
  peaks: (c, deep) =>
    join(
      flat(
        poly([
          [-60, FLOOR],
          [210, 230, 40],
          [480, FLOOR],
        ]),
        c,
      ),
      flat(
        poly([
          [240, FLOOR],
          [560, 170, 44],
          [880, FLOOR],
        ]),
        deep,
      ),
    ),
};

export const categoriesWithStage = Object.keys(stages);

export function backdrop(category) {
  const [wall, shape] = stages[category];
  return join(
    flat(rr(0, 0, 800, 800), wall),
    shapes[shape](tint(wall, 0.48), tint(wall, 0.3)),
    flat(rr(0, FLOOR, 800, 800 - FLOOR), mix(shade(wall, 0.07), C.honey, 0.05)),
  );
}
