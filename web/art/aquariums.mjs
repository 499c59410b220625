// Aquariums, their equipment, plants and food.
import { C, at, clip, cord, curve, ell, flat, form, gleam, ground, join, line, poly, rr, shade, times, tint } from './kit.mjs';
import { icon, wording } from './icons.mjs';
import { panel, tub } from './packs.mjs';

const water = '#A9D2DC';
const blade = (x, y, h, lean, c, w = 16) =>
  flat(
    `M${x - w / 2} ${y}C${x - w / 2 + lean * 0.2} ${y - h * 0.5} ${x + lean * 0.6 - w} ${y - h * 0.7} ${x + lean} ${y - h}C${x + lean * 0.8 + w} ${y - h * 0.6} ${x + w / 2 + lean * 0.4} ${y - h * 0.4} ${x + w / 2} ${y}Z`,
    c,
  );
const grass = (x, y, h, c) =>
  join(
    [
      [-26, 0.7, -30],
      [0, 1, 8],
      [24, 0.8, 34],
      [-10, 0.55, -44],
      [12, 0.6, 52],
    ].map(([o, k, lean], i) => blade(x + o, y, h * k, lean, i % 2 ? shade(c, 0.12) : c)),
  );
const stem = (x, y, h, c) =>
  join(
    line(`M${x} ${y}L${x} ${y - h}`, shade(c, 0.2), 5),
    times(Math.floor(h / 26), (i) =>
      join(
        at(x - 14, y - 18 - i * 26, 1, flat(ell(0, 0, 17, 8), i % 2 ? c : tint(c, 0.15)), 24),
        at(x + 14, y - 18 - i * 26, 1, flat(ell(0, 0, 17, 8), i % 2 ? tint(c, 0.15) : c), -24),
      ),
    ),
  );
const swimmer = (x, y, size, a, b, flip = 1) => at(x, y, [flip, 1], [icon('fish', 0, 0, size, a, b)]);
const bubbles = (points) =>
  join(points.map(([x, y, s]) => join(flat(ell(x, y, s), '#FFFFFF', 0.45), gleam(ell(x - s * 0.3, y - s * 0.3, s * 0.3), 0.9))));
const stone = (points, c, inside = '') => form(poly(points, 22), c, { dx: -18, dy: -14, inside });

export const aquariums = {
  'VLR-AQU-001': () => {
    const glass = rr(110, 240, 580, 380, 14);
    return join(
      ground(400, 628, 310, 24),
      clip(
        glass,
        flat(glass, '#E4F2F3'),
        flat(rr(110, 280, 580, 340), water),
        flat(rr(110, 280, 580, 8), '#FFFFFF', 0.6),
        flat('M470 288L560 288L660 620L500 620Z', '#FFFFFF', 0.13),
        stem(600, 580, 210, '#B5583F'),
        stem(642, 590, 150, C.clay),
        grass(190, 590, 230, C.leaf),
        grass(250, 590, 130, C.moss),
        stone(
          [
            [330, 590],
            [360, 470],
            [430, 440],
            [480, 520],
            [500, 600],
          ],
          C.slate,
        ),
        stone(
          [
            [450, 600],
            [490, 530],
            [540, 540],
            [570, 600],
          ],
          shade(C.slate, 0.1),
        ),
        flat(
          curve([
            [90, 580],
            [240, 560],
            [420, 588],
            [560, 566],
            [720, 584],
          ]) + 'L720 640L90 640Z',
          C.sand,
        ),
        flat(
          curve([
            [90, 606],
            [260, 596],
            [480, 612],
            [720, 600],
          ]) + 'L720 640L90 640Z',
          shade(C.sand, 0.12),
        ),
        swimmer(330, 380, 96, C.clay, C.honey),
        swimmer(500, 350, 66, C.honey, C.cream, -1),
        swimmer(440, 408, 52, C.plum, C.rose),
        bubbles([
          [270, 340, 9],
          [284, 310, 6],
          [262, 300, 5],
        ]),
        flat(rr(672, 240, 18, 380), C.ink, 0.1),
      ),
      form(rr(96, 214, 608, 36, 12), C.charcoal, { dx: -12, dy: -8 }),
      form(rr(240, 190, 320, 30, 10), C.ink, { dusk: 0 }),
      flat(rr(260, 210, 280, 8, 4), C.honey),
      form(rr(96, 606, 608, 28, 10), C.charcoal, { dx: -12, dy: -6 }),
      gleam(rr(132, 262, 12, 240, 6), 0.6),
      gleam(rr(154, 262, 6, 150, 3), 0.5),
    );
  },
  'VLR-AQU-002': () => {
    const bowl = 'M270 230L530 230C640 290 690 380 680 470C670 580 590 630 400 630C210 630 130 580 120 470C110 380 160 290 270 230Z';
    return join(
      ground(400, 632, 220, 26),
      clip(
        bowl,
        flat(bowl, '#E4F2F3'),
        flat(rr(100, 300, 600, 340), water),
        flat(ell(400, 300, 245, 24), tint(water, 0.5)),
        grass(560, 600, 210, C.leaf),
        stem(232, 600, 150, C.moss),
        stone(
          [
            [420, 610],
            [450, 520],
            [520, 510],
            [560, 610],
          ],
          '#8C8577',
        ),
        flat(
          curve([
            [90, 590],
            [280, 566],
            [500, 590],
            [720, 570],
          ]) + 'L720 650L90 650Z',
          '#D9A987',
        ),
        at(370, 420, 1, [
          flat('M40 -6C110 -90 170 -70 176 -20C182 40 130 90 40 20Z', C.plum),
          flat('M-20 -34C10 -96 70 -90 60 -30Z', '#8A4E73'),
          flat('M-20 34C0 96 60 100 56 24Z', '#8A4E73'),
          flat('M-100 4C-76 -44 20 -50 64 0C20 50 -76 46 -100 4Z', '#3F7A8C'),
          line('M-52 -22Q-40 4 -52 28', '#2C5A68', 5),
          flat(ell(-76, -6, 6), C.ink),
          line('M80 -24L150 -36M86 2L160 4M80 22L140 40', '#8A4E73', 5),
        ]),
        bubbles([
          [240, 400, 10],
          [256, 360, 7],
          [236, 334, 6],
        ]),
        flat('M620 300C690 400 680 560 560 630L700 630L700 300Z', C.ink, 0.09),
      ),
      form(rr(252, 208, 296, 34, 17), tint(water, 0.5), { dx: -10, dy: -6 }),
      gleam('M172 450C160 380 200 310 250 280C262 276 268 288 258 298C214 336 194 390 198 446C196 462 176 464 172 450Z', 0.65),
    );
  },
  'VLR-AQU-003': () =>
    join(
      ground(390, 640, 180, 24),
      line('M330 260C330 140 220 130 180 200L170 380', shade(C.moss, 0.2), 30),
      line('M328 256C328 136 218 126 178 196L168 380', C.moss, 20),
      line('M460 260C460 120 600 110 630 200L640 330', shade(C.moss, 0.2), 30),
      line('M458 256C458 116 598 106 628 196L638 330', C.moss, 20),
      form(rr(144, 370, 50, 90, 16), C.charcoal, {
        dx: -12,
        dy: 0,
        inside: times(5, (i) => flat(rr(140, 384 + i * 16, 60, 6), C.slate)),
      }),
      form(rr(612, 316, 52, 40, 12), C.charcoal, { dx: -10, dy: 0 }),
      form(rr(250, 340, 290, 300, [10, 10, 40, 40]), C.charcoal, {
        dx: -44,
        dy: 0,
        inside: [
          flat(rr(286, 380, 160, 210, 18), '#55656A'),
          times(3, (i) => flat(rr(300, 396 + i * 66, 132, 50, 8), [C.honey, C.cream, C.lake][i])),
          times(8, (i) => flat(ell(312 + i * 16, 420, 6), shade(C.honey, 0.2))),
        ],
      }),
      form(rr(232, 250, 326, 106, [40, 40, 12, 12]), C.evergreen, { dx: -40, dy: -10 }),
      form(rr(300, 236, 60, 40, 10), C.charcoal, { dx: -12, dy: 0 }),
      form(rr(430, 236, 60, 40, 10), C.charcoal, { dx: -12, dy: 0 }),
      icon('wave', 395, 310, 54, C.sky),
      form(rr(220, 320, 40, 70, 12), C.moss, { dx: -8, dy: 0 }),
      form(rr(530, 320, 40, 70, 12), C.moss, { dx: -8, dy: 0 }),
    ),
  'VLR-AQU-004': () =>
    join(
      ground(400, 640, 230, 20),
      flat('M250 250L560 250L650 610L150 610Z', '#FFF4CC', 0.6),
      form(rr(190, 560, 420, 80, 16), '#8A6A4E', { dx: -16, dy: -12, inside: [flat(rr(190, 560, 420, 22), C.moss)] }),
      grass(290, 570, 170, C.leaf),
      stem(400, 570, 160, '#B5583F'),
      grass(510, 570, 130, C.moss),
      stem(350, 572, 90, C.leaf),
      stem(460, 572, 100, C.honey),
      cord('M640 620L640 260Q640 200 580 200L540 200', C.steel, 20),
      form(rr(606, 610, 70, 30, 10), C.charcoal, { dx: -8, dy: -4 }),
      form(rr(190, 178, 420, 62, 26), C.charcoal, { dx: -14, dy: -14 }),
      flat(rr(220, 228, 360, 14, 7), C.honey),
      times(9, (i) => flat(ell(240 + i * 40, 235, 6), '#FFF8DC')),
      icon('wave', 250, 204, 30, C.sky),
    ),
  'VLR-AQU-005': () => {
    const leaf = (x, y, size, turn, c) =>
      at(
        x,
        y,
        size,
        [
          flat('M0 0C-44 -30 -44 -96 0 -140C44 -96 44 -30 0 0Z', c),
          flat('M0 0C44 -30 44 -96 0 -140Z', shade(c, 0.16)),
          line('M0 0L0 -120', tint(c, 0.3), 4),
        ],
        turn,
      );
    return join(
      ground(400, 636, 260, 22),
      [
        [330, 420, 1, -50, C.leaf],
        [360, 420, 1.2, -22, C.evergreen],
        [430, 410, 1.25, 14, C.leaf],
        [470, 430, 1, 44, C.evergreen],
        [390, 430, 1.35, -4, C.moss],
        [300, 450, 0.8, -80, C.evergreen],
        [500, 450, 0.85, 74, C.moss],
      ].map((a) => leaf(...a)),
      form(
        'M120 600C140 540 220 560 260 520C300 470 330 430 400 440C470 430 500 480 560 470C620 460 640 400 690 390C710 400 690 440 660 480C640 530 680 560 690 610C660 640 600 600 540 590C460 580 430 640 350 630C270 620 180 650 120 600Z',
        C.bark,
        {
          dx: -14,
          dy: -24,
          inside: [line('M200 590C280 560 330 500 420 490M460 520C540 520 600 500 640 470M300 610C380 580 430 560 520 560', shade(C.bark, 0.2), 6)],
        },
      ),
      leaf(350, 480, 0.62, -30, C.leaf),
      leaf(424, 490, 0.7, 20, C.moss),
      line('M340 478Q320 540 350 580M420 490Q440 540 410 590M380 486L384 560', tint(C.bark, 0.3), 5),
    );
  },
  'VLR-AQU-006': () =>
    join(
      flat(ell(420, 660, 110, 14), C.ink, 0.12),
      line('M400 170C400 100 520 90 560 150', C.ink, 10),
      form(rr(352, 250, 96, 400, [14, 14, 48, 48]), '#DDEBEC', {
        dx: -20,
        dy: 0,
        inside: [
          flat(rr(376, 330, 48, 270, 20), C.charcoal),
          times(11, (i) => line(`M378 ${350 + i * 22}L422 ${342 + i * 22}`, C.clay, 9)),
          flat(rr(376, 620, 48, 20), C.sand),
        ],
      }),
      gleam(rr(364, 280, 10, 320, 5), 0.8),
      form(rr(340, 160, 120, 110, [30, 30, 12, 12]), C.charcoal, { dx: -26, dy: 0 }),
      form(rr(366, 120, 68, 40, 10), C.clay, { dx: -14, dy: 0 }),
      flat(rr(394, 128, 8, 26, 4), C.cream),
      flat(ell(400, 224, 9), C.honey),
      wording(400, 300, [24, 30], C.clay, 6),
      [300, 540].map((y) =>
        join(
          form(rr(330, y, 140, 30, 12), C.slate, { dx: -10, dy: -6 }),
          form(ell(318, y + 15, 22, 32), C.slate, { dx: -6, dy: -6 }),
          form(ell(482, y + 15, 22, 32), C.slate, { dx: -6, dy: -6 }),
        ),
      ),
      bubbles([
        [260, 480, 18],
        [230, 410, 12],
        [270, 350, 9],
        [556, 520, 14],
        [580, 450, 20],
        [546, 390, 10],
      ]),
    ),
  'VLR-AQU-007': () =>
    join(
      ground(400, 634, 290, 26),
      stone(
        [
          [190, 620],
          [230, 380],
          [300, 250],
          [390, 230],
          [470, 400],
          [480, 620],
        ],
        '#8B8A86',
        [
          line('M260 400L340 340L380 420L440 430M300 560L350 500L420 540', '#777670', 8),
          flat(
            poly(
              [
                [250, 360],
                [300, 250],
                [370, 236],
                [330, 330],
              ],
              10,
            ),
            '#A3A29C',
          ),
        ],
      ),
      stone(
        [
          [420, 620],
          [450, 450],
          [530, 380],
          [610, 440],
          [650, 620],
        ],
        '#7C7E80',
        [
          line('M480 500L540 460L600 520M500 590L570 560', '#6A6C6F', 7),
          flat(
            poly(
              [
                [470, 450],
                [530, 384],
                [570, 414],
                [510, 470],
              ],
              8,
            ),
            '#96989A',
          ),
        ],
      ),
      stone(
        [
          [110, 622],
          [140, 530],
          [210, 510],
          [260, 560],
          [270, 626],
        ],
        '#97938B',
        [line('M160 570L210 550', '#827E76', 6)],
      ),
      stone(
        [
          [300, 630],
          [320, 560],
          [400, 540],
          [450, 590],
          [450, 632],
        ],
        '#A29D92',
        [line('M340 594L400 580', '#8D887D', 6)],
      ),
      stone(
        [
          [590, 630],
          [610, 570],
          [660, 560],
          [700, 626],
        ],
        '#8B8A86',
      ),
      flat(ell(236, 516, 30, 9), C.moss),
      flat(ell(500, 452, 24, 8), C.moss),
      flat(ell(386, 552, 22, 7), C.moss),
    ),
  'VLR-AQU-008': () =>
    join(
      tub(
        380,
        300,
        134,
        330,
        '#3F7A8C',
        C.clay,
        [
          panel(230, 400, 300, 150, C.cream, 0),
          icon('fish', 380, 470, 150, C.clay, C.honey),
          wording(380, 572, [44, 60], C.sky, 9),
          icon('wave', 380, 362, 40, C.sky),
        ],
        { lidHeight: 74 },
      ),
      [
        [560, 636, 8, C.clay],
        [596, 628, 40, C.honey],
        [628, 640, -20, C.leaf],
        [580, 606, 70, C.rose],
        [612, 604, 10, C.plum],
        [648, 622, 50, C.clay],
      ].map(([x, y, t, c]) =>
        at(x, y, 1, [flat('M-20 -6Q-4 -16 18 -8Q24 2 14 10Q-6 14 -20 6Z', c), flat('M-20 6Q-6 14 14 10L10 4Q-6 8 -18 0Z', shade(c, 0.2))], t),
      ),
    ),
};
