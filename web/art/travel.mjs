// Travel.
import { C, clip, cord, ell, flat, form, gleam, ground, join, line, poly, rr, shade, stitch, times, tint } from './kit.mjs';
import { icon, mark } from './icons.mjs';

const mesh = (x, y, w, h, color) =>
  line(
    times(Math.floor(w / 22), (i) => `M${x + i * 22} ${y}L${x + i * 22} ${y + h}`).join('') +
      times(Math.floor(h / 22), (i) => `M${x} ${y + i * 22}L${x + w} ${y + i * 22}`).join(''),
    color,
    3,
    0.5,
  );
const sitter = (x, y, size, kind, a, b) => icon(kind, x, y, size, a, b);

export const travel = {
  'VLR-TRV-001': () => {
    const side = rr(180, 372, 340, 196, 50);
    return join(
      ground(400, 634, 290, 26),
      cord('M250 300C270 170 520 170 540 300', C.bark, 24),
      form(
        'M120 420C120 330 180 290 260 290L540 290C630 290 680 330 680 420L680 580Q680 632 630 632L170 632Q120 632 120 580Z',
        C.evergreen,
        { dx: -34, dy: -18 },
      ),
      flat(side, shade(C.evergreen, 0.5)),
      clip(side, sitter(330, 488, 190, 'cat', '#E3B27A', C.rose), mesh(180, 372, 340, 196, C.moss)),
      line(side, C.moss, 10),
      stitch(rr(160, 352, 380, 236, 60), C.honey, 4),
      form(rr(560, 380, 92, 190, 26), shade(C.evergreen, 0.12), { dx: -10, dy: -8 }),
      line('M560 430L652 430', C.honey, 6),
      mark('Lodenfell', 606, 500, 54, C.honey),
      form(rr(330, 262, 130, 50, 20), C.bark, { dx: -10, dy: -8 }),
      flat(rr(160, 606, 480, 8, 4), shade(C.evergreen, 0.3)),
    );
  },
  'VLR-TRV-002': () => {
    const door = rr(170, 360, 250, 230, 40);
    return join(
      ground(400, 640, 290, 26),
      cord('M330 250C340 190 460 190 470 250', C.charcoal, 28),
      form('M120 450L120 340C120 280 160 246 220 246L580 246C640 246 680 280 680 340L680 450Z', C.sky, {
        dx: -24,
        dy: -14,
        inside: times(5, (i) => flat(rr(480 + i * 36, 310, 16, 90, 8), shade(C.sky, 0.35))),
      }),
      form('M120 450L680 450L680 570Q676 640 610 640L190 640Q124 640 120 570Z', C.lake, {
        dx: -24,
        dy: -14,
        inside: times(5, (i) => flat(rr(480 + i * 36, 500, 16, 70, 8), shade(C.lake, 0.25))),
      }),
      flat(rr(108, 438, 584, 26, 13), shade(C.lake, 0.2)),
      flat(door, shade(C.charcoal, 0.3)),
      clip(door, sitter(295, 486, 196, 'dog', '#E6D3B4', C.bark)),
      line(times(7, (i) => `M${196 + i * 33} 362L${196 + i * 33} 588`).join('') + 'M172 430L418 430M172 520L418 520', C.steel, 6),
      line(door, C.charcoal, 13),
      form(rr(396, 450, 40, 46, 10), C.clay, { dx: -6, dy: -6 }),
      form(rr(450, 430, 34, 44, 8), C.honey, { dx: -6, dy: -6 }),
    );
  },
  'VLR-TRV-003': () =>
    join(
      ground(400, 630, 230, 28),
      form(
        poly([
          [170, 400, 10],
          [630, 400, 10],
          [600, 470, 16],
          [566, 480, 10],
          [590, 490, 16],
          [556, 550, 16],
          [520, 560, 10],
          [536, 572, 14],
          [510, 630, 40],
          [290, 630, 40],
          [264, 572, 14],
          [280, 560, 10],
          [244, 550, 16],
          [210, 490, 16],
          [234, 480, 10],
          [200, 470, 16],
        ]),
        C.clay,
        {
          dx: -46,
          dy: -4,
          inside: [flat(rr(180, 470, 440, 14), shade(C.clay, 0.22)), flat(rr(180, 554, 440, 14), shade(C.clay, 0.22))],
        },
      ),
      form(`M150 396A250 64 0 0 1 650 396L650 414A250 64 0 0 1 150 414Z`, C.honey, { dx: -20, dy: -6 }),
      flat(ell(400, 396, 250, 64), tint(C.honey, 0.25)),
      flat(ell(400, 400, 222, 52), shade(C.clay, 0.25)),
      flat(ell(402, 408, 210, 44), C.lake),
      line('M280 404Q340 392 400 404T520 402', C.sky, 5),
      gleam(ell(310, 420, 40, 6), 0.6),
      line(ell(684, 356, 30, 44), shade(C.steel, 0.2), 13),
      cord('M650 396L664 384', C.honey, 20),
      icon('paw', 392, 524, 46, C.honey),
    ),
  'VLR-TRV-004': () =>
    join(
      ground(400, 656, 190, 22),
      line('M240 330C170 400 170 560 240 630M560 330C630 400 630 560 560 630', shade(C.plum, 0.3), 30),
      cord('M350 160C356 100 444 100 450 160', C.charcoal, 22),
      form(rr(220, 140, 360, 510, [150, 150, 60, 60]), C.plum, { dx: -34, dy: -14 }),
      stitch(rr(240, 160, 320, 470, [132, 132, 46, 46]), C.rose, 4),
      form(ell(400, 346, 124), C.honey, { dx: -10, dy: -10 }),
      flat(ell(400, 346, 106), '#4D3046'),
      clip(ell(400, 346, 106), flat(ell(420, 366, 100), '#5C3B54'), sitter(400, 362, 168, 'cat', '#6F6A74', C.rose)),
      flat(ell(400, 346, 106), '#FFFFFF', 0.1),
      gleam('M316 330C324 288 350 262 384 254C396 254 396 266 386 270C360 280 340 300 332 334C328 346 314 344 316 330Z', 0.7),
      form(rr(280, 500, 240, 120, 30), shade(C.plum, 0.12), { dx: -12, dy: -8 }),
      line('M290 534L510 534', C.honey, 6),
      form(rr(470, 530, 16, 40, 8), C.honey, { dx: -4, dy: 0 }),
      mark('Lodenfell', 370, 576, 44, C.blush),
      [
        [270, 0],
        [530, 0],
      ].map(([x]) => join([0, 1, 2].map((i) => flat(ell(x, 470 + i * 0 - 30 + i * 22, 7), shade(C.plum, 0.4))))),
    ),
  'VLR-TRV-005': () =>
    join(
      ground(400, 650, 150, 20),
      form('M250 190C250 150 550 150 550 190C560 270 520 320 480 340L320 340C280 320 240 270 250 190Z', C.moss, {
        dx: -40,
        dy: -6,
      }),
      flat(ell(400, 190, 150, 34), tint(C.moss, 0.35)),
      flat(ell(400, 194, 130, 25), shade(C.moss, 0.3)),
      flat(ell(402, 200, 120, 19), C.lake),
      line('M330 198Q370 190 400 198T470 198', C.sky, 4),
      form(rr(320, 330, 160, 42, 12), C.charcoal, { dx: -24, dy: 0 }),
      form(rr(290, 362, 220, 288, [40, 40, 44, 44]), C.cream, {
        dx: -44,
        dy: 0,
        inside: [flat(rr(280, 560, 240, 100), C.evergreen), flat(rr(280, 548, 240, 12), C.honey)],
      }),
      icon('dog', 384, 458, 116, '#D79A5C', C.bark),
      gleam(rr(306, 400, 12, 140, 6), 0.8),
      line('M480 352C560 350 570 430 540 470', C.clay, 16),
      mark('Lodenfell', 384, 604, 46, C.honey),
    ),
};
