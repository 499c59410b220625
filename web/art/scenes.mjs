// The pictures that are not products: the homepage scene, the empty and error pages, and the mark of the shop.
import { cat, catPaws, dog, peekingCat, tiredDog } from './animals.mjs';
import { aquariums } from './aquariums.mjs';
import { dogFood } from './food.mjs';
import { icon, kibble, mark } from './icons.mjs';
import { C, at, clip, curve, drum, ell, flat, form, gleam, ground, join, line, poly, rr, shade, times, tint, turned } from './kit.mjs';
import { toys } from './toys.mjs';
import { bowls, treats } from './treats.mjs';

const item = (drawing, x, y, scale, foot = 650) => at(x - 400 * scale, y - foot * scale, scale, [drawing()]);

const frond = (x, y, h, turn, c) =>
  at(
    x,
    y,
    1,
    [
      flat(`M0 0C${-h * 0.3} ${-h * 0.3} ${-h * 0.26} ${-h * 0.8} 0 ${-h}C${h * 0.26} ${-h * 0.8} ${h * 0.3} ${-h * 0.3} 0 0Z`, c),
      flat(`M0 0C${h * 0.3} ${-h * 0.3} ${h * 0.26} ${-h * 0.8} 0 ${-h}Z`, shade(c, 0.14)),
      line(`M0 0L0 ${-h * 0.86}`, tint(c, 0.3), 4),
    ],
    turn,
  );
const plant = (x, y, size, pot = C.clay) =>
  at(x, y, size, [
    ground(0, 0, 84, 12),
    [
      [-62, 150, C.evergreen],
      [58, 160, C.leaf],
      [-34, 210, C.leaf],
      [34, 220, C.evergreen],
      [0, 250, C.moss],
    ].map(([t, h, c]) => frond(0, -120, h, t, c)),
    form(
      poly([
        [-78, -140, 8],
        [78, -140, 8],
        [60, 0, 18],
        [-60, 0, 18],
      ]),
      pot,
      { dx: -26, dy: 0 },
    ),
    form(rr(-88, -152, 176, 34, 10), tint(pot, 0.1), { dx: -14, dy: -4 }),
  ]);

const gardenWindow = (x, y, w, h) => {
  const pane = rr(x, y, w, h, [w / 2, w / 2, 8, 8]);
  return join(
    flat(rr(x - 20, y - 20, w + 40, h + 20, [w / 2 + 20, w / 2 + 20, 0, 0]), C.paper),
    clip(
      pane,
      flat(pane, C.sky),
      flat(ell(x + w * 0.68, y + h * 0.3, 44), '#F6DFA2'),
      flat(
        curve([
          [x - 20, y + h * 0.66],
          [x + w * 0.3, y + h * 0.5],
          [x + w * 0.7, y + h * 0.68],
          [x + w + 30, y + h * 0.54],
        ]) + `L${x + w + 30} ${y + h}L${x - 20} ${y + h}Z`,
        '#A9C4A6',
      ),
      flat(
        curve([
          [x - 20, y + h * 0.82],
          [x + w * 0.4, y + h * 0.72],
          [x + w + 30, y + h * 0.84],
        ]) + `L${x + w + 30} ${y + h}L${x - 20} ${y + h}Z`,
        C.moss,
      ),
      [
        [0.78, 0.76, 0.62, C.leaf],
        [0.9, 0.8, 0.48, C.evergreen],
      ].map(([u, v, k, c]) => at(x + w * u, y + h * v, k, [line('M0 0L0 -60', C.bark, 9), frond(0, -30, 150, 0, c)])),
      flat(`M${x} ${y + h}L${x + w * 0.5} ${y}L${x + w * 0.72} ${y}L${x + w * 0.22} ${y + h}Z`, '#FFFFFF', 0.16),
    ),
    line(`M${x + w / 2} ${y}L${x + w / 2} ${y + h}M${x} ${y + h * 0.52}L${x + w} ${y + h * 0.52}`, C.paper, 12),
    form(rr(x - 44, y + h - 4, w + 88, 30, 8), C.paper, { dx: -8, dy: -10 }),
  );
};

function hero() {
  const wall = '#F1DCC8';
  return join(
    flat(rr(0, 0, 1600, 900), wall),
    flat(rr(0, 690, 1600, 210), '#D3A77C'),
    line(
      'M0 742L1600 742M0 812L1600 812M180 690L150 742M620 742L600 812M1010 690L1020 742M1380 742L1410 812M380 812L340 900M1180 812L1210 900',
      shade('#D3A77C', 0.1),
      4,
    ),
    flat(rr(0, 674, 1600, 18), tint(wall, 0.6)),
    flat('M820 674L820 420A300 300 0 0 1 1420 420L1420 674Z', C.evergreen),
    flat('M856 674L856 424A264 264 0 0 1 1384 424L1384 674Z', tint(C.evergreen, 0.1)),
    flat('M430 690L800 690L1010 900L560 900Z', '#FFF3DC', 0.22),
    gardenWindow(190, 150, 300, 400),
    // a shelf of jars and tins
    form(rr(556, 424, 196, 18, 6), C.wood, { dx: -6, dy: -8 }),
    line('M586 444L586 472M722 444L722 472', C.bark, 10),
    item(treats['VLR-TRT-006'], 604, 427, 0.27),
    item(dogFood['VLR-DOG-004'], 688, 426, 0.26, 622),
    // pendant lamp
    line('M1120 0L1120 92', C.ink, 5),
    form('M1054 170C1058 118 1086 92 1120 92C1154 92 1182 118 1186 170Z', C.honey, { dx: -20, dy: 0 }),
    flat(ell(1120, 170, 66, 11), '#FFF2C2'),
    // sideboard with aquarium
    form(rr(1270, 560, 300, 150, 12), C.wood, {
      dx: -16,
      dy: -10,
      inside: [line('M1420 570L1420 710', shade(C.wood, 0.2), 5), flat(ell(1400, 630, 9), C.honey), flat(ell(1440, 630, 9), C.honey)],
    }),
    form(rr(1256, 540, 328, 28, 8), tint(C.wood, 0.15), { dx: -8, dy: -8 }),
    line('M1300 710L1292 746M1540 710L1548 746', C.bark, 16),
    item(aquariums['VLR-AQU-001'], 1420, 544, 0.4, 634),
    // rug
    flat(ell(1010, 812, 430, 72), '#B9573A'),
    flat(ell(1010, 808, 414, 64), C.clay),
    line(ell(1010, 808, 366, 50), C.blush, 6, undefined, '22 16'),
    line(ell(1010, 808, 330, 40), C.honey, 5),
    plant(116, 776, 1.2, C.plum),
    item(dogFood['VLR-DOG-001'], 330, 806, 0.42),
    item(bowls['VLR-BWL-001'], 552, 846, 0.3, 616),
    // the residents
    dog(962, 824, 1.08, { tilt: -7 }),
    cat(1204, 826, 0.9, { tilt: 6, look: -3 }),
    item(toys['VLR-TOY-007'], 730, 838, 0.25),
    item(toys['VLR-TOY-004'], 1432, 858, 0.26, 640),
  );
}

/** A paper shape under a small scene, so that it reads on a light and on a dark page. */
const island = (color) =>
  join(
    flat(
      curve(
        [
          [46, 310],
          [92, 160],
          [216, 82],
          [356, 56],
          [496, 104],
          [578, 220],
          [594, 330],
          [524, 408],
          [320, 424],
          [116, 408],
        ],
        true,
      ),
      color,
    ),
    flat(ell(320, 410, 270, 32), shade(color, 0.08)),
  );

const emptyCart = () =>
  join(
    island('#F0D9B8'),
    ground(320, 412, 170, 18),
    line('M190 270C190 110 450 110 450 270', C.bark, 20),
    line('M188 266C190 108 448 106 446 266', '#A97850', 12),
    flat(ell(320, 272, 160, 30), shade(C.bark, 0.35)),
    peekingCat(320, 240, 0.92, { tilt: -5, wide: true }),
    form('M150 268L490 268L456 404Q452 418 436 418L204 418Q188 418 184 404Z', C.wood, {
      dx: -30,
      dy: 0,
      inside: [
        times(4, (row) =>
          times(12, (i) =>
            flat(rr(146 + i * 32 + (row % 2) * 16, 286 + row * 34, 26, 20, 9), row % 2 ? tint(C.wood, 0.18) : shade(C.wood, 0.1)),
          ),
        ),
      ],
    }),
    form(rr(138, 256, 364, 30, 15), tint(C.wood, 0.15), { dx: -12, dy: -8 }),
    catPaws(320, 268, 0.8),
    turned(
      8,
      440,
      330,
      form(
        poly([
          [420, 300, 6],
          [462, 300, 6],
          [472, 318, 6],
          [462, 360, 6],
          [420, 360, 6],
        ]),
        C.cream,
        { dx: -5, dy: -3 },
      ),
      mark('Tumblewick', 442, 334, 22, C.clay),
    ),
    line('M438 288L440 306', C.clay, 4),
  );

const notFound = () =>
  join(
    island('#CBDAC7'),
    ground(440, 410, 60, 10),
    form(rr(428, 130, 24, 282, 8), C.bark, { dx: -8, dy: 0 }),
    form(
      poly([
        [340, 150, 8],
        [520, 150, 8],
        [556, 182, 8],
        [520, 214, 8],
        [340, 214, 8],
      ]),
      C.honey,
      { dx: -8, dy: -8 },
    ),
    form(
      poly([
        [540, 236, 8],
        [372, 236, 8],
        [338, 266, 8],
        [372, 296, 8],
        [540, 296, 8],
      ]),
      C.clay,
      { dx: -8, dy: -8 },
    ),
    icon('paw', 430, 182, 42, shade(C.honey, 0.45), undefined, 90),
    icon('bone', 448, 266, 56, C.cream),
    dog(220, 410, 0.76, { tilt: 9, look: 5, collar: C.plum }),
    [
      [330, 398, 30],
      [372, 384, 60],
      [398, 402, 40],
      [500, 390, 100],
      [540, 402, 80],
    ].map(([x, y, t]) => icon('paw', x, y, 22, shade('#CBDAC7', 0.36), undefined, t)),
  );

const noResults = () => {
  const bowl = 'M352 190L500 190C560 230 580 290 570 336C560 390 510 412 426 412C342 412 292 390 282 336C272 290 292 230 352 190Z';
  return join(
    island('#BFD8E0'),
    ground(426, 414, 120, 14),
    cat(196, 404, 0.94, { tilt: 10, look: 6, wide: true }),
    clip(
      bowl,
      flat(bowl, '#EAF4F4'),
      flat(rr(270, 240, 320, 180), '#93C3D2'),
      flat(ell(426, 240, 136, 14), '#B5D9E3'),
      flat(
        curve([
          [270, 386],
          [360, 372],
          [460, 388],
          [590, 374],
        ]) + 'L590 420L270 420Z',
        C.sand,
      ),
      at(510, 388, 0.5, [frond(0, 0, 210, 10, C.leaf), frond(-24, 0, 150, -16, C.moss)]),
      form(
        poly([
          [400, 392, 8],
          [420, 352, 10],
          [456, 350, 10],
          [470, 392, 8],
        ]),
        C.slate,
        { dx: -8, dy: -6 },
      ),
    ),
    [
      [380, 330, 9],
      [394, 300, 6],
      [376, 278, 4],
    ].map(([x, y, s]) => gleam(ell(x, y, s), 0.6)),
    form(rr(342, 176, 168, 22, 11), '#E3F0F0', { dx: -6, dy: -4 }),
    gleam('M304 320C298 280 318 246 346 228C354 226 356 234 350 240C328 258 316 288 320 320C318 330 306 330 304 320Z', 0.7),
  );
};

const orderFailed = () =>
  join(
    island('#EBC9B4'),
    tiredDog(232, 402, 0.76),
    ground(520, 418, 62, 8),
    turned(
      -68,
      520,
      372,
      form(drum(520, 346, 410, 62, 20, 50), C.lake, { dx: -14, dy: 0 }),
      flat(ell(520, 346, 62, 20), tint(C.lake, 0.35)),
      flat(ell(520, 348, 50, 14), shade(C.lake, 0.35)),
    ),
    kibble(
      [
        [452, 412],
        [470, 426],
        [428, 430],
        [446, 440],
        [404, 424],
      ],
      C.bark,
      9,
    ),
  );

/** The mark: a V of two leaves that is also the pad of a paw, with its toes above. */
const favicon = () =>
  join(
    flat(rr(0, 0, 64, 64, 15), C.evergreen),
    flat('M31.3 57C19 51.5 8.5 39 8.5 23C22.5 25 31.8 37.5 31.3 57Z', C.paper),
    flat('M32.7 57C45 51.5 55.5 39 55.5 23C41.5 25 32.2 37.5 32.7 57Z', '#A9CDAE'),
    at(21.5, 16.5, 1, [flat(ell(0, 0, 4.3, 5.6), C.honey)], -20),
    flat(ell(32, 13, 4.5, 5.9), C.honey),
    at(42.5, 16.5, 1, [flat(ell(0, 0, 4.3, 5.6), C.honey)], 20),
  );

export const scenes = {
  'art/hero.svg': {
    title: 'A dog and a cat on a rug in a calm room with things from the shop',
    width: 1600,
    height: 900,
    draw: hero,
  },
  'art/empty-cart.svg': { title: 'A cat looking out of an empty basket', width: 640, height: 480, draw: emptyCart },
  'art/not-found.svg': { title: 'A dog beside a signpost whose arms point both ways', width: 640, height: 480, draw: notFound },
  'art/no-results.svg': { title: 'A cat looking into a fish bowl without a fish', width: 640, height: 480, draw: noResults },
  'art/order-failed.svg': { title: 'A dog lying beside a bowl that has tipped over', width: 640, height: 480, draw: orderFailed },
  'favicon.svg': { title: 'Velure', width: 64, height: 64, draw: favicon },
};
