"""The look of the page. Steps of the penalty differ in lightness, so that they can be told apart without colors."""

from __future__ import annotations

STYLE = """
:root { --s1: #fff1cf; --s2: #fed98e; --s3: #fb9a29; --s4: #b8500b; --s5: #7a2a04; --on-s: #2b1a05; --on-dark: #fff;
  --now: #b8500b; --start: #f2b65f; --loss: #3b78d8; --box: #fff; --box-line: #9aa0a6; }
@media (prefers-color-scheme: dark) { :root { --s1: #33281a; --s2: #5a3c14; --s3: #8f5710; --s4: #e08a1e;
  --s5: #ffcf7a; --on-s: #fff3df; --on-dark: #1d1204; --now: #f0992e; --start: #8a5a1c; --loss: #6ea4f5;
  --box: #24272c; --box-line: #7d838a; } }
body { max-width: 110rem; }
.sides { display: grid; gap: 0 2rem; grid-template-columns: minmax(0, 1fr); }
@media (min-width: 75rem) { .sides { grid-template-columns: minmax(0, 1fr) minmax(20rem, 34rem); }
  .graph { grid-column: 2; grid-row: 1 / span 2;
    position: sticky; top: 1rem; max-height: calc(100vh - 2rem); display: flex; flex-direction: column;
    align-self: start; margin-top: 1rem; }
  .graph h2 { margin-top: 0; } .graph .canvas { max-height: none; } }
.card { margin: 1rem 0; padding: .8rem 1rem; border: 1px solid var(--line); border-left: 5px solid var(--line);
  border-radius: .5rem; background: var(--card); }
.card.good { border-left-color: var(--good); } .card.warning { border-left-color: var(--warning); }
.card.error { border-left-color: var(--error); }
.card.advice { border-left-color: var(--loss); }
.badge.warning { color: var(--warning); } .badge.error { color: var(--error); } .badge.advice { color: var(--link); }
.tile { border-top-color: var(--line); flex-basis: 9rem; } .tile b { font-size: 1.6rem; }
.key { display: inline-block; width: 1rem; height: .7rem; margin-left: .75rem; border-radius: .15rem; }
.key:first-child { margin-left: 0; }
i.now { background: var(--now); } i.loss { background: var(--loss); }
i.start { background: repeating-linear-gradient(135deg, var(--now) 0 2px, var(--start) 2px 6px); }
.line { display: grid; grid-template-columns: 11rem 1fr; gap: .75rem; padding: .3rem 0;
  border-top: 1px solid var(--line); align-items: center; }
.line .label { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; direction: rtl; text-align: left; }
.track { display: flex; align-items: center; gap: .5rem; padding-right: 5.5rem; font-size: .85em; line-height: 1.3;
  font-variant-numeric: tabular-nums; white-space: nowrap; }
.track i { flex: none; height: .7rem; min-width: 2px; border-radius: 0 .2rem .2rem 0; }
h3 { margin: 1.25rem 0 .4rem; font-size: 1rem; }
svg.steps { display: block; width: 100%; max-width: 45rem; border-bottom: 1px solid var(--line); }
.steps .range { stroke: var(--loss); opacity: .55; } .steps circle { fill: var(--text); }
.scroll { overflow-x: auto; } .scroll table { font-size: .9rem; }
th[scope=row] { color: inherit; font-size: inherit; font-weight: 600; overflow-wrap: anywhere; min-width: 10rem; }
tr.faint th[scope=row] { font-weight: 400; } th[scope=row] .faint { display: block;
  font-weight: 400; font-size: .85em; }
td { overflow-wrap: anywhere; } td.number, td.shape { white-space: nowrap; }
tfoot th, tfoot td { font-weight: 600; border-top: 2px solid var(--line); border-bottom: 0; }
thead th { white-space: nowrap; } th button { padding: 0; border: 0; background: none; color: inherit; font: inherit;
  cursor: pointer; } th button::after { content: " \\2195"; opacity: .45; }
th[aria-sort=descending] button::after { content: " \\2193"; opacity: 1; }
th[aria-sort=ascending] button::after { content: " \\2191"; opacity: 1; }
th[aria-sort] { color: var(--text); }
:focus-visible { outline: 3px solid var(--loss); outline-offset: 2px; border-radius: .2rem; }
tr:target { background: color-mix(in srgb, var(--loss) 18%, var(--card)); } tr:target th { box-shadow: inset 4px 0
  var(--loss); }
tr { scroll-margin-top: 1rem; }
.meter { display: inline-block; height: .7em; min-width: 2px; margin-right: .5rem; border-radius: .15rem; }
.meter, .swatch { outline: 1px solid var(--box-line); outline-offset: -1px; }
.tools { display: flex; gap: 1rem; align-items: center; margin-bottom: .5rem; }
.tools input { padding: .35rem .6rem; border: 1px solid var(--line); border-radius: .35rem; background: var(--card);
  color: inherit; font: inherit; font-size: .9rem; min-width: 0; }
details.weights { margin-top: 1rem; } summary { cursor: pointer; padding: .4rem 0; }
ul.sentences { padding-left: 1.2rem; } ul.sentences li { margin: .35rem 0; overflow-wrap: anywhere; }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin: 0 0 .5rem; padding: 0; list-style: none;
  font-size: .85rem; } .legend li { display: flex; align-items: center; gap: .4rem; }
.swatch { width: 1.1rem; height: .8rem; border-radius: .2rem; }
i.none { background: var(--box); } i.s1 { background: var(--s1); } i.s2 { background: var(--s2); }
i.s3 { background: var(--s3); } i.s4 { background: var(--s4); } i.s5 { background: var(--s5); }
i.unknown { background: repeating-linear-gradient(135deg, var(--box-line) 0 1px, var(--box) 1px 5px); }
.canvas { overflow: auto; max-height: 80vh; border: 1px solid var(--line); border-radius: .5rem;
  background: var(--card); } .canvas svg { display: block; margin: 0 auto; max-width: none; }
.fit { margin: 0 0 .4rem; font-size: .85rem; }
.graph:has(#fit:checked) svg { max-width: 100%; height: auto; }
.canvas h3 { margin: 0; padding: .6rem 1rem; font-size: .95rem; border-top: 1px solid var(--line);
  position: sticky; left: 0; } .canvas h3:first-child { border-top: 0; }
.canvas svg { font: 12px system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, sans-serif; }
.canvas a { text-decoration: none; } .canvas a:hover rect, .canvas a:focus rect { stroke: var(--loss);
  stroke-width: 3; } .canvas a:focus { outline: none; }
rect { fill: var(--box); stroke: var(--box-line); stroke-width: 1.2; } svg text { fill: var(--text); }
svg .name { font-size: 13px; font-weight: 600; } svg .faint { fill: var(--faint); }
rect.s1 { fill: var(--s1); } rect.s2 { fill: var(--s2); } rect.s3 { fill: var(--s3); } rect.s4 { fill: var(--s4); }
rect.s5 { fill: var(--s5); } rect.unknown { fill: var(--box); stroke-dasharray: 5 3; }
rect.s4, rect.s5 { stroke-width: 2.5; stroke: var(--text); }
.on-s1 text, .on-s2 text { fill: var(--text); } .on-s3 text { fill: var(--on-s); }
.on-s4 text, .on-s5 text { fill: var(--on-dark); }
.link { fill: none; stroke: var(--box-line); stroke-width: 1.3; } .tip { fill: var(--box-line); }
@media (max-width: 40rem) {
  body { padding: 1rem .75rem 3rem; } .line { grid-template-columns: 1fr; gap: 0; }
  .tile { flex-basis: 8rem; padding: .6rem .75rem; }
  .scroll table, .scroll tbody, .scroll tfoot { display: block; } .scroll thead tr { display: flex; flex-wrap: wrap;
    gap: .1rem .75rem; padding: .4rem .75rem; border-bottom: 1px solid var(--line); }
  .scroll thead th { padding: .1rem 0; border: 0; min-width: 0; }
  .scroll thead { display: block; }
  .scroll tbody tr, .scroll tfoot tr { display: flex; flex-wrap: wrap; gap: 0 1rem; padding: .5rem .75rem;
    border-bottom: 1px solid var(--line); } .scroll tr[hidden] { display: none; }
  .scroll tbody th, .scroll tfoot th { flex: 1 0 100%; padding: 0; border: 0; }
  .scroll td { padding: 0; border: 0; text-align: left; } .scroll td:not([data-value=""]):not(:empty)::before {
    content: attr(data-label) " "; color: var(--faint); font-size: .85em; font-weight: 400; }
}
@media print { .sides { display: block; } .tools, th button::after, .fit { display: none; }
  .canvas { max-height: none; overflow: visible; border: 0; } .canvas svg { max-width: 100%; height: auto; }
  .graph { position: static; } i, rect, tr { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  tr, .card, .line { break-inside: avoid; } thead { display: table-header-group; } }
"""
