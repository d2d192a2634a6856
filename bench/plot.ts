import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { Result } from './result.ts';

const COLOURS = ['#2563eb', '#d97706', '#059669', '#db2777', '#7c3aed', '#475569'];

/** The little that is needed of an element; this program has no DOM. */
interface Drawn {
  readonly outerHTML: string;
  setAttribute(name: string, value: string): void;
}

/** Draws what a result measured at each size, as a standing SVG document; sizes are on a logarithmic axis. */
export function plotOf({ name, what, series = [], axes }: Result): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const points = series.flatMap(({ label, points: pairs }) => pairs.map(([x, y]) => ({ x, y, label })));
  const labels = series.map(({ label }) => label);
  const sizes = [...new Set(points.map(({ x }) => x))].toSorted((a, b) => a - b);
  const svg: Drawn = Plot.plot({
    document: document as never,
    width: 720,
    height: 360,
    marginTop: 52,
    marginLeft: 64,
    marginRight: 170,
    style: { background: 'white', color: '#111827', fontFamily: 'system-ui, sans-serif' },
    x: { type: 'log', label: axes?.x ?? 'size', ticks: sizes, tickFormat: '~s', grid: true },
    y: { label: axes?.y ?? '', zero: true, grid: true, nice: true },
    color: { domain: labels, range: COLOURS },
    marks: [
      Plot.text([what], { frameAnchor: 'top-left', dy: -36, fontSize: 13, fontWeight: 600 }),
      Plot.ruleY([0]),
      Plot.lineY(points, { x: 'x', y: 'y', stroke: 'label', strokeWidth: 2 }),
      Plot.dot(points, { x: 'x', y: 'y', fill: 'label', r: 3.5 }),
      Plot.text(
        points,
        Plot.selectLast({ x: 'x', y: 'y', z: 'label', text: 'label', fill: 'label', textAnchor: 'start', dx: 8 }),
      ),
    ],
  });
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return `${svg.outerHTML.replace('<svg ', `<svg role="img" aria-label="${name}" `)}\n`;
}
