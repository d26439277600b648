/* Style and script of the page. The script only filters, opens and closes: without it the page is the same, unfiltered. */
#include "render/page_parts.h"

#include <stddef.h>

const char *const page_style[] = {
    ":root { --ink: #1b1f24; --soft: #57606a; --paper: #fff; --panel: #f6f8fa; --line: #d0d7de; --link: "
    "#0550ae;",
    "  --good: #116329; --good-bg: #dafbe1; --todo: #7a4100; --todo-bg: #fff3d6; --bad: #a40e26; --bad-bg: "
    "#ffebe9;",
    "  --none-bg: #f0f1f3; --ask: #5a2ca0; --ask-bg: #f1e8ff; }",
    "@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9aa6b2; --paper: #0d1117; "
    "--panel: #161b22;",
    "  --line: #3a424c; --link: #79b8ff; --good: #7ee787; --good-bg: #0f2d18; --todo: #f2cc60; --todo-bg: "
    "#33280a;",
    "  --bad: #ff9b93; --bad-bg: #3c1214; --none-bg: #20262e; --ask: #d2a8ff; --ask-bg: #2b1d42; } }",
    "* { box-sizing: border-box; }",
    "body { margin: 0 auto; max-width: 64rem; padding: 1.5rem 1.25rem 3rem; background: var(--paper); color: "
    "var(--ink);",
    "  font: 16px/1.55 system-ui, 'Segoe UI', sans-serif; overflow-wrap: anywhere; }",
    "#reads td { overflow-wrap: anywhere; }",
    "body.wide { max-width: 86rem; }",
    "h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .8rem; } h2 { font-size: 1.2rem; margin: 2.2rem 0 "
    ".6rem; }",
    "h3 { font-size: 1rem; margin: 1.4rem 0 .4rem; color: var(--soft); } a { color: var(--link); }",
    ".brand { margin: 0; color: var(--soft); font-size: .85rem; letter-spacing: .04em; }",
    ".skip { position: absolute; left: -999rem; } .skip:focus { left: 1rem; top: .5rem; background: "
    "var(--paper); padding: .4rem; }",
    ".sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }",
    ":focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }",
    ".verdict { font-size: 1.15rem; font-weight: 600; padding: .7rem 1rem; border-left: 6px solid; "
    "border-radius: 4px; margin: 0 0 1rem; }",
    ".verdict.good { color: var(--good); background: var(--good-bg); } .verdict.changes { color: "
    "var(--todo); background: var(--todo-bg); }",
    ".verdict.bad { color: var(--bad); background: var(--bad-bg); } .verdict.unknown { color: var(--ask); "
    "background: var(--ask-bg); }",
    "dl { display: grid; grid-template-columns: minmax(6rem, max-content) 1fr; gap: .25rem 1rem; margin: "
    ".5rem 0; }",
    "dt { color: var(--soft); } dd { margin: 0; min-width: 0; } dd ul { margin: 0; padding-left: 1.1rem; }",
    "code, pre, .digest { font: .86em/1.5 ui-monospace, Consolas, monospace; } .quiet { color: var(--soft); "
    "font-size: .9rem; }",
    ".scroll { overflow-x: auto; max-width: 100%; } table { border-collapse: collapse; width: 100%; "
    "font-size: .92rem; }",
    "th, td { text-align: left; vertical-align: top; overflow-wrap: break-word; padding: .4rem .6rem; "
    "border-bottom: 1px solid var(--line); }",
    "thead th { color: var(--soft); font-weight: 600; } .machines { min-width: 68rem; } .machines "
    "td:last-child { min-width: 14rem; max-width: 18rem; } .machines td { max-width: 22rem; } .sign td { "
    "height: 2.6rem; border: 1px solid var(--line); }",
    ".matrix { width: 100%; min-width: 46rem; height: auto; font: 13px system-ui, sans-serif; } .matrix text "
    "{ fill: var(--ink); }",
    ".matrix .head { text-anchor: middle; font-weight: 600; } .matrix .sub { text-anchor: middle; fill: "
    "var(--soft); font-size: 11px; }",
    ".matrix.many { min-width: 64rem; } .matrix .row { font-weight: 600; } .cell text { text-anchor: middle; "
    "font-size: 12px; } .cell rect { "
    "fill: var(--none-bg); stroke: var(--line); }",
    ".cell.none text { fill: var(--soft); } .cell.on rect { fill: var(--good-bg); stroke: var(--good); } "
    ".cell.on text { fill: var(--good); font-weight: 700; }",
    ".cell.off rect { fill: var(--bad-bg); stroke: var(--bad); stroke-dasharray: 4 2; } .cell.off text { "
    "fill: var(--bad); }",
    ".cell.asked rect, .cell.half rect { fill: var(--ask-bg); stroke: var(--ask); stroke-dasharray: 2 2; } "
    ".cell.asked text, .cell.half text { fill: var(--ask); }",
    ".cell.moves rect { stroke-width: 2.5; } .arrow { fill: none; stroke: var(--ink); stroke-width: 1.6; }",
    ".controls { display: flex; flex-wrap: wrap; gap: .6rem; align-items: center; background: var(--panel); "
    "padding: .6rem .8rem; border-radius: 6px; }",
    ".controls[hidden] { display: none; } .controls input, .controls select, .controls button { font: "
    "inherit; color: inherit; background: var(--paper);",
    "  border: 1px solid var(--line); border-radius: 5px; padding: .3rem .5rem; max-width: 100%; } .controls "
    "button { cursor: pointer; }",
    ".steps { padding-left: 2.2rem; } .step { margin: .15rem 0; } .step > details { border-bottom: 1px solid "
    "var(--line); padding: .3rem 0; }",
    "summary { cursor: pointer; } .verb { font-size: .85rem; color: var(--soft); } .verb.update, "
    ".verb.restart { color: var(--todo); font-weight: 600; }",
    ".name { font-weight: 600; } .move { font-family: ui-monospace, Consolas, monospace; font-size: .86em; }",
    ".tag { display: inline-block; font-size: .78rem; border: 1px solid var(--line); border-radius: 999px; "
    "padding: 0 .5rem; color: var(--soft); }",
    ".tag.warn, .status-left, .status-undone { color: var(--todo); border-color: currentColor; } "
    ".status-done { color: var(--good); border-color: currentColor; }",
    ".difference { background: var(--panel); padding: .8rem 1rem; border-radius: 6px; overflow-x: auto; "
    "white-space: pre; overflow-wrap: normal; }",
    "ins, del { text-decoration: none; } ins { color: var(--good); background: var(--good-bg); } del { "
    "color: var(--bad); background: var(--bad-bg); }",
    ".difference b { font-weight: 600; } .dot { display: inline-block; width: .7em; height: .7em; "
    "border-radius: 50%; background: var(--soft); }",
    ".dot.good { background: var(--good); } .dot.changes { background: var(--todo); } .dot.bad { background: "
    "var(--bad); } .dot.unknown { background: var(--ask); }",
    "footer { margin-top: 3rem; color: var(--soft); font-size: .85rem; }",
    "@media (max-width: 34rem) { body { padding: 1rem .8rem 2rem; } dl { grid-template-columns: 1fr; gap: 0; "
    "} dd { margin-bottom: .4rem; }",
    "  .steps { padding-left: 1.7rem; } .controls label { width: 100%; } .controls input { width: 100%; } }",
    "@media print { :root { --ink: #000; --soft: #444; --paper: #fff; --panel: #fff; --line: #999; --link: "
    "#000; --good: #0b4f1f; --good-bg: #fff;",
    "  --todo: #5c3100; --todo-bg: #fff; --bad: #8a0b20; --bad-bg: #fff; --none-bg: #fff; --ask: #43207a; "
    "--ask-bg: #fff; }",
    "  body { max-width: none; padding: 0; font-size: 10pt; } .controls, .skip { display: none !important; } "
    ".scroll { overflow: visible; }",
    "  .matrix { min-width: 0; } .machines { min-width: 0; } .difference { white-space: pre-wrap; border: "
    "1px solid #999; }",
    "  h2, h3, summary { break-after: avoid; } .step, tr, svg { break-inside: avoid; } "
    "details::details-content { content-visibility: visible; }",
    "  a[href^='http']::after { content: none; } }",
    NULL};

const char *const page_script[] = {
    "(function () {",
    "  'use strict';",
    "  var controls = document.querySelector('.controls');",
    "  if (!controls) return;",
    "  var filter = document.getElementById('filter'), group = document.getElementById('group'), shown = "
    "document.getElementById('shown');",
    "  var items = Array.prototype.slice.call(document.querySelectorAll('.step, .machine'));",
    "  var sentence = shown.getAttribute(items.length && items[0].classList.contains('machine') ? "
    "'data-rows' : "
    "'data-steps');",
    "  function apply() {",
    "    var words = filter.value.toLowerCase().split(/\\s+/).filter(Boolean), count = 0;",
    "    items.forEach(function (item) {",
    "      var kind = item.getAttribute('data-group') || item.getAttribute('data-kind') || '';",
    "      var text = item.textContent.toLowerCase();",
    "      var fits = (!group.value || kind === group.value) && words.every(function (word) { return "
    "text.indexOf(word) >= 0; });",
    "      item.hidden = !fits;",
    "      if (fits) count++;",
    "    });",
    "    shown.textContent = sentence.replace('{1}', count).replace('{2}', items.length);",
    "  }",
    "  function open(all) {",
    "    items.forEach(function (item) {",
    "      Array.prototype.forEach.call(item.querySelectorAll('details'), function (details) { details.open "
    "= all; });",
    "    });",
    "  }",
    "  controls.hidden = false;",
    "  controls.addEventListener('submit', function (event) { event.preventDefault(); });",
    "  filter.addEventListener('input', apply);",
    "  group.addEventListener('change', apply);",
    "  document.getElementById('expand').addEventListener('click', function () { open(true); });",
    "  document.getElementById('collapse').addEventListener('click', function () { open(false); });",
    "  window.addEventListener('beforeprint', function () {",
    "    Array.prototype.forEach.call(document.querySelectorAll('details'), function (details) { "
    "details.open = true; });",
    "  });",
    "  apply();",
    "}());",
    NULL};
