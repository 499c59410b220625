// Grooming; health and care.
import { C, at, clip, cord, drum, ell, flat, form, gleam, ground, join, line, poly, rr, shade, stitch, times, tint, turned } from './kit.mjs';
import { icon, mark, wording } from './icons.mjs';
import { bottle, carton, panel, tub, tube } from './packs.mjs';

export const grooming = {
  'VLR-GRM-001': () =>
    join(
      ground(420, 640, 200, 20),
      turned(
        28,
        400,
        400,
        form('M372 420C364 520 362 600 370 680Q400 712 430 680C438 600 436 520 428 420Z', C.wood, {
          dx: -16,
          dy: 0,
          inside: [line('M388 460Q384 560 392 660M412 470Q414 580 408 650', shade(C.wood, 0.1), 4)],
        }),
        flat(ell(400, 664, 9), shade(C.wood, 0.4)),
        form('M384 430L416 430L424 360L376 360Z', C.steel, { dx: -8, dy: 0 }),
        form(rr(236, 180, 328, 200, 50), C.moss, { dx: -20, dy: -16 }),
        flat(rr(258, 200, 284, 158, 36), tint(C.moss, 0.6)),
        times(6, (row) =>
          times(11, (i) => {
            const x = 278 + i * 24 + (row % 2) * 10;
            const y = 222 + row * 23;
            return `M${x} ${y}L${x + 4} ${y + 10}`;
          }).join(''),
        ).map((d) => join(line(d, shade(C.steel, 0.4), 5), line(d, C.slate, 2.5))),
      ),
    ),
  'VLR-GRM-002': () =>
    join(
      bottle(
        390,
        290,
        220,
        360,
        '#DCC79B',
        [
          panel(270, 420, 240, 150, C.cream, 0),
          icon('barley', 356, 494, 110, C.honey, C.moss, -14),
          icon('leaf', 430, 494, 84, C.moss, C.leaf, 20),
          wording(390, 586, [50, 30], C.bark, 9),
          mark('Combe & Clover', 390, 394, 38, C.evergreen),
        ],
        { shoulder: 60, neck: 0.42 },
      ),
      form(rr(346, 244, 88, 56, 10), C.evergreen, { dx: -16, dy: 0 }),
      cord('M390 246L390 206', C.evergreen, 22),
      form('M290 176Q292 160 312 160L440 160Q456 160 456 180L456 196Q456 212 440 212L350 212Q334 198 300 204Q288 206 290 176Z', C.evergreen, {
        dx: -10,
        dy: -12,
      }),
      [
        [580, 590, 38],
        [632, 630, 24],
        [560, 640, 20],
        [618, 548, 16],
      ].map(([x, y, s]) =>
        join(
          flat(ell(x, y, s), '#FFFFFF', 0.75),
          flat(ell(x + s * 0.15, y + s * 0.15, s * 0.78), C.sky, 0.45),
          gleam(ell(x - s * 0.35, y - s * 0.35, s * 0.2), 0.9),
        ),
      ),
    ),
  'VLR-GRM-003': () =>
    join(
      ground(400, 640, 190, 20),
      turned(
        12,
        400,
        420,
        form('M420 350C480 420 520 520 512 650Q500 690 466 668C458 560 430 470 372 396Z', C.plum, { dx: -14, dy: 0 }),
        form('M380 350C320 420 280 520 288 650Q300 690 334 668C342 560 370 470 428 396Z', C.plum, { dx: -16, dy: 0 }),
        stitch('M306 640C312 550 336 480 372 424M494 640C488 550 464 480 428 424', tint(C.plum, 0.35), 4),
        form('M366 380C330 320 320 220 366 150Q380 130 398 150C386 210 390 270 420 330Z', C.steel, { dx: -12, dy: -6 }),
        form('M434 380C470 320 480 220 434 150Q420 130 402 150C414 210 410 270 380 330Z', tint(C.steel, 0.25), {
          dx: -14,
          dy: -6,
        }),
        flat(ell(400, 226, 19, 38), '#CFE3DD'),
        line(ell(400, 226, 22, 41), shade(C.steel, 0.3), 6),
        form(ell(400, 376, 25), C.honey, { dx: -7, dy: -6 }),
        line('M390 384L410 368', shade(C.honey, 0.3), 5),
        cord('M348 520C380 500 420 500 452 520', C.steel, 10),
      ),
    ),
  'VLR-GRM-004': () =>
    join(
      ground(400, 610, 270, 18),
      turned(
        -12,
        400,
        420,
        times(22, (i) =>
          form(
            poly([
              [146 + i * 11.5, 400, 1],
              [152 + i * 11.5, 400, 1],
              [151 + i * 11.5, 580, 2],
              [147 + i * 11.5, 580, 2],
            ]),
            shade(C.steel, 0.16),
            { dusk: 0 },
          ),
        ),
        times(13, (i) =>
          flat(
            poly([
              [400 + i * 20, 400, 1],
              [409 + i * 20, 400, 1],
              [407 + i * 20, 580, 2],
              [402 + i * 20, 580, 2],
            ]),
            shade(C.steel, 0.16),
          ),
        ),
        form(rr(120, 330, 560, 92, 40), C.steel, { dx: -14, dy: -20 }),
        form(rr(120, 400, 26, 190, 12), C.steel, { dx: -8, dy: 0 }),
        form(rr(654, 400, 26, 190, 12), C.steel, { dx: -8, dy: 0 }),
        gleam(rr(160, 346, 380, 12, 6), 0.5),
        mark('Combe & Clover', 400, 376, 40, C.slate),
      ),
    ),
  'VLR-GRM-005': () => {
    const roll = (x, y, c, band) =>
      join(
        form(rr(x, y, 400, 130, 60), c, {
          dx: -10,
          dy: -26,
          inside: [flat(rr(x + 250, y, 26, 140), band), flat(rr(x + 290, y, 12, 140), band)],
        }),
        form(ell(x + 58, y + 65, 58, 65), tint(c, 0.2), { dx: -6, dy: -8 }),
        line(
          `M${x + 58} ${y + 66}C${x + 76} ${y + 52} ${x + 88} ${y + 86} ${x + 58} ${y + 92}C${x + 22} ${y + 94} ${x + 22} ${y + 34} ${x + 62} ${y + 34}C${x + 100} ${y + 36} ${x + 102} ${y + 96} ${x + 70} ${y + 112}`,
          shade(c, 0.14),
          7,
        ),
      );
    return at(-80, -138, 1.2, [
      ground(400, 644, 260, 24),
      roll(150, 510, C.lake, C.cream),
      at(560, 575, 1, [
        form(ell(30, 0, 66, 68), C.moss, { dx: -8, dy: -10 }),
        line('M30 2C48 -12 60 22 30 28C-6 30 -6 -30 34 -30C74 -28 74 32 42 48', shade(C.moss, 0.16), 7),
      ]),
      roll(200, 388, C.cream, C.clay),
    ]);
  },
  'VLR-GRM-006': () =>
    join(
      ground(380, 640, 210, 26),
      turned(
        -24,
        560,
        420,
        form(ell(560, 430, 132, 140), C.plum, { dx: -12, dy: -12 }),
        line(ell(556, 426, 112, 120), tint(C.plum, 0.25), 5),
        icon('paw', 554, 424, 128, C.blush),
      ),
      form(drum(340, 480, 580, 196, 70), C.plum, {
        dx: -54,
        dy: 0,
        inside: [flat(`M140 520A196 70 0 0 0 540 520L540 540A196 70 0 0 1 140 540Z`, C.honey)],
      }),
      flat(ell(340, 480, 196, 70), C.steel),
      flat(ell(340, 484, 180, 60), shade(C.steel, 0.2)),
      flat(ell(342, 490, 176, 55), '#F2DFA4'),
      flat('M230 486C260 452 330 452 350 480C370 506 430 500 450 478C470 520 400 540 330 536C260 534 214 516 230 486Z', '#E6CB80'),
      gleam(ell(270, 476, 40, 9), 0.6),
    ),
};

export const health = {
  'VLR-HLT-001': () =>
    join(
      tub(380, 320, 150, 310, C.cream, C.evergreen, [
        flat(rr(200, 410, 400, 160), C.honey),
        icon('dog', 380, 490, 130, '#D79A5C', C.bark),
        wording(380, 590, [50, 40, 24], C.evergreen, 9),
        mark('Quillwort', 296, 440, 36, C.evergreen),
      ]),
      [
        [560, 620, 10],
        [622, 634, -14],
        [594, 580, 30],
      ].map(([x, y, t]) =>
        at(
          x,
          y,
          1,
          [
            form('M0 30C-44 2 -34 -30 -15 -30C-6 -30 0 -22 0 -18C0 -22 6 -30 15 -30C34 -30 44 2 0 30Z', '#B98A5A', {
              dx: -7,
              dy: -6,
            }),
          ],
          t,
        ),
      ),
    ),
  'VLR-HLT-002': () =>
    join(
      at(-70, 0, 1, [
        tube(400, 180, 190, 400, C.cream, C.lake, [
          flat('M250 420Q400 360 560 440L560 640L250 640Z', C.moss),
          icon('leaf', 400, 500, 84, C.evergreen, C.leaf),
          icon('dog', 400, 330, 116, '#D79A5C', C.bark),
          wording(400, 246, [44, 30], C.lake, 9),
        ]),
      ]),
      ground(560, 644, 80, 12),
      turned(
        9,
        560,
        640,
        form('M540 360Q560 350 580 360L588 620Q560 650 532 620Z', C.lake, {
          dx: -14,
          dy: 0,
          inside: [times(6, (i) => flat(rr(530, 500 + i * 20, 60, 8), C.sky))],
        }),
        form(rr(548, 220, 24, 150, 10), C.lake, { dx: -6, dy: 0 }),
        form(rr(530, 140, 44, 110, 16), C.lake, { dx: -8, dy: 0 }),
        times(6, (i) => flat(rr(492, 148 + i * 16, 42, 11, 4), i % 2 ? C.cream : C.honey)),
      ),
    ),
  'VLR-HLT-003': () =>
    join(
      ground(400, 640, 260, 26),
      cord('M320 300C320 220 480 220 480 300', shade(C.clay, 0.4), 30),
      form(rr(150, 290, 500, 350, 60), C.clay, {
        dx: -28,
        dy: -20,
        inside: [flat(rr(150, 400, 500, 10), shade(C.clay, 0.25)), flat(rr(150, 290, 500, 112), tint(C.clay, 0.1))],
      }),
      stitch('M176 384L624 384M176 428L624 428', C.blush, 4),
      flat(ell(400, 500, 96), C.cream),
      icon('cross', 400, 500, 120, C.evergreen),
      icon('paw', 400, 500, 46, C.cream),
      form(rr(560, 392, 54, 26, 8), C.honey, { dx: -6, dy: -4 }),
      cord('M580 410L572 470', C.honey, 12),
    ),
  'VLR-HLT-004': () =>
    join(
      bottle(
        380,
        320,
        190,
        330,
        '#7E5338',
        [
          panel(270, 440, 240, 150, C.cream, 0),
          flat(rr(270, 440, 240, 10), C.moss),
          icon('rabbit', 336, 516, 90, C.sand, C.rose),
          icon('drop', 426, 514, 76, C.lake, C.sky),
          wording(380, 608, [40, 26], C.cream, 8),
        ],
        { shoulder: 60, neck: 0.5 },
      ),
      form(rr(326, 270, 108, 62, 10), C.ink, {
        dx: -18,
        dy: 0,
        inside: times(8, (i) => flat(rr(332 + i * 13, 270, 4, 62), C.charcoal)),
      }),
      form('M346 274C340 200 350 150 380 150C410 150 420 200 414 274Z', C.charcoal, { dx: -16, dy: 0 }),
      gleam(rr(356, 180, 9, 70, 4), 0.3),
      ground(590, 640, 74, 12),
      form(ell(590, 604, 72, 38), '#FFFFFF', { dx: -12, dy: -10 }),
      form(ell(556, 572, 44, 30), '#FFFFFF', { dx: -8, dy: -8 }),
      form(ell(622, 570, 46, 30), C.cream, { dx: -8, dy: -8 }),
    ),
  'VLR-HLT-005': () => {
    const front = 'M112 316A288 152 0 0 0 688 316L548 602Q400 664 252 602Z';
    return join(
      ground(400, 636, 170, 22),
      flat(ell(400, 316, 288, 152), shade(C.lake, 0.3)),
      flat(ell(400, 306, 250, 124), shade(C.lake, 0.42)),
      flat('M322 380L478 380L520 480L280 480Z', '#B57C46'),
      icon('dog', 400, 306, 244, '#D79A5C', C.bark),
      form(front, C.lake, {
        dx: -30,
        dy: 0,
        inside: [line('M400 460L400 650M262 440L316 640M538 440L484 640', shade(C.lake, 0.1), 6)],
      }),
      line(ell(400, 316, 288, 152), C.honey, 15),
      stitch('M264 586Q400 642 536 586', C.cream, 5),
      mark('Quillwort', 400, 548, 50, C.cream),
    );
  },
  'VLR-HLT-006': () =>
    join(
      carton(
        170,
        300,
        270,
        340,
        84,
        C.cream,
        [
          flat(rr(170, 300, 270, 120), C.plum),
          mark('Quillwort', 305, 360, 76, C.blush),
          flat(ell(305, 520, 70), C.blush),
          icon('cat', 305, 520, 96, C.cream, C.rose),
          wording(305, 610, [50, 34], C.plum, 8),
        ],
        { side: shade(C.plum, 0.1), lid: tint(C.plum, 0.2) },
      ),
      [
        [560, 8],
        [600, 20],
      ].map(([x, t], i) =>
        turned(
          t,
          x,
          640,
          ground(x, 640, 52, 8),
          form(rr(x - 46, 440, 92, 204, 6), i ? C.blush : C.cream, {
            dx: -10,
            dy: 0,
            inside: [
              flat(rr(x - 46, 440, 92, 26), C.plum),
              flat(rr(x - 46, 630, 92, 20), shade(C.blush, 0.14)),
              icon('drop', x, 540, 62, C.plum, C.blush),
            ],
          }),
        ),
      ),
    ),
};
