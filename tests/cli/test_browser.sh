#!/bin/sh
# The pages in a real browser: they filter, expand, load nothing, throw nothing, fit a phone and print with everything open.
# Names that are code, markup or invisible stay text.
set -eu
: "${TLSMEND:?}"
browser=
for candidate in chromium chromium-browser google-chrome; do
  command -v $candidate >/dev/null && browser=$candidate && break
done
[ -n "$browser" ] || {
  echo "SKIPPED: the pages are not looked at in a browser: apt-get install chromium" >&2
  exit 77
}
work=$(mktemp -d "${TMPDIR:-/tmp}/tlsmend-browser.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"
fail() {
  echo "FAILED: $*" >&2
  exit 1
}
chrome() {
  timeout 120 $browser --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
    --disable-component-update --disable-sync --disable-dev-shm-usage --user-data-dir="$work/profile" "$@" 2>chrome.log
}

# Pages.
mkdir packages
echo stand-in >packages/windows6.1-kb3140245-x64.msu
plan() { "$TLSMEND" plan "$@" 2>/dev/null || case $? in 2 | 5) ;; *) fail "plan $*" ;; esac; }
"$TLSMEND" snapshot -m sim:win7-sp1-x64 -o pc.reg >/dev/null
plan winhttp-tls12 -m sim:pc.reg -p package=packages -o pc.plan --format html >plan.html
for machine in ws2012-x64 win10-22h2-x64 win8-x64; do plan winhttp-tls12 -m sim:$machine -o $machine.plan >/dev/null; done
"$TLSMEND" apply --plan pc.plan --yes --format html >apply.html 2>/dev/null || true
"$TLSMEND" resume -m sim:pc.reg --format html >resume.html 2>/dev/null
"$TLSMEND" status -m sim:pc.reg --format json >status.json
"$TLSMEND" report ./*.plan status.json -o set.html >/dev/null

# Names as somebody would choose them who means ill.
cat >evil.lua <<'LUA'
local registry, log = require "registry", require "log"
local KEY = "HKLM\\SOFTWARE\\</pre><script>window.owned=1</script><img src=x onerror=window.owned=1>"
return { id = "evil", version = "1.0.0", title = "</title><script>window.owned=1</script>", needs = { registry = { KEY } },
  references = { "javascript:window.owned=1", "https://example.org/\"onmouseover=\"window.owned=1", "' onclick='x" },
  run = function()
    registry.set(KEY, "\" onclick=\"window.owned=1", "&lt;already&gt; \u{202E}gpj.exe \u{200B}\t\u{7}end", { why = "<svg onload=window.owned=1>" })
    registry.set(KEY, "<!--", { "]]>", "{{7*7}}" })
    log.finding "<iframe src=https://example.org></iframe>"
  end }
LUA
plan ./evil.lua -m sim:win7-sp1-x64 --format html >evil.html
grep -q 'U+202E' evil.html || fail "a character that turns the writing around is not shown"
grep -q 'href="javascript' evil.html && fail "a reference is a script"

# In the browser: what it finds goes into the title.
cat >probe.js <<'JS'
(function () {
  var found = [];
  function check(name, good) { if (!good) found.push(name); }
  function all(selector) { return Array.prototype.slice.call(document.querySelectorAll(selector)); }
  function fire(node, type) { node.dispatchEvent(new Event(type, { bubbles: true })); }
  window.addEventListener('load', function () {
    var items = all('.step, .machine'), filter = document.getElementById('filter'), group = document.getElementById('group');
    check('owned', !window.owned);
    check('errors: ' + window.problems, !window.problems);
    check('requests', performance.getEntriesByType('resource').length === 0);
    check('items', items.length > 0);
    check('controls', !document.querySelector('.controls').hidden);
    check('scripts in the text', all('script').length === 3 && all('iframe, img, object, embed, link').length === 0);
    check('handlers', all('*').every(function (node) {
      return Array.prototype.every.call(node.attributes, function (a) { return a.name.slice(0, 2) !== 'on'; }); }));
    filter.value = 'nothing holds this text'; fire(filter, 'input');
    check('filter to none', items.every(function (i) { return i.hidden; }));
    check('count of none', / 0 of /.test(document.getElementById('shown').textContent));
    filter.value = items[0].textContent.trim().split(/\s+/)[0].toUpperCase(); fire(filter, 'input');
    check('filter to some', !items[0].hidden);
    filter.value = ''; fire(filter, 'input');
    var kind = items[0].getAttribute('data-group') || items[0].getAttribute('data-kind');
    group.value = kind; fire(group, 'change');
    check('group', group.value === kind && items.every(function (i) {
      return i.hidden === ((i.getAttribute('data-group') || i.getAttribute('data-kind')) !== kind); }));
    group.value = ''; fire(group, 'change');
    document.getElementById('expand').click();
    check('expand', all('.step details, .machine details').every(function (d) { return d.open; }));
    document.getElementById('collapse').click();
    check('collapse', all('.step details, .machine details').every(function (d) { return !d.open; }));
    check('wider than the window: ' + document.documentElement.scrollWidth,
      document.documentElement.scrollWidth <= document.documentElement.clientWidth);
    check('language', document.documentElement.lang === 'en' && all('main').length === 1 && all('h1').length === 1);
    check('labels', all('input, select').every(function (i) { return i.labels && i.labels.length; }));
    check('headings', all('section').every(function (s) { return document.getElementById(s.getAttribute('aria-labelledby')); }));
    check('picture', all('svg').every(function (s) { return s.querySelector('title') && s.getAttribute('role') === 'img'; }));
    check('table heads', all('table').every(function (t) { return t.querySelector('th[scope]'); }));
    check('scrolling by keyboard', all('.scroll, pre').every(function (s) {
      return s.scrollWidth <= s.clientWidth || s.tabIndex === 0 || s.closest('details'); }));
    fire(window, 'beforeprint');
    check('open in print', all('details').every(function (d) { return d.open; }));
    document.documentElement.setAttribute('data-probe', found.length ? 'FAILED ' + found.join('; ') : 'PASSED');
  });
}());
JS
catcher='<script>window.problems="";window.onerror=function(m){window.problems+=m};document.addEventListener("securitypolicyviolation",function(e){window.problems+=e.violatedDirective});</script>'
for page in plan apply resume set evil; do
  { sed "s|<head>|<head>$catcher|; /<\/body>/,\$d" "$page.html"; echo '<script>'; cat probe.js; echo '</script></body></html>'; } >"probe-$page.html"
  for width in 1280 500; do
    chrome --window-size=$width,900 --virtual-time-budget=3000 --dump-dom "file://$work/probe-$page.html" >dom || fail "$page: $(tail -n 3 chrome.log)"
    grep -o 'data-probe="[^"]*"' dom >result || fail "$page: the probe did not run: $(grep -o 'problems[^<]*' dom | head -n 1)"
    grep -q PASSED result || fail "$page at $width: $(cat result)"
  done
done

# Without its script a page is whole, and nothing is hidden on it but the controls.
sed '/^<script>$/,/^<\/script>$/d' plan.html >bare.html
[ "$(grep -c 'class="step"' bare.html)" = "$(grep -c 'class="step"' plan.html)" ] || fail "steps need the script"

# On paper.
chrome --no-pdf-header-footer --print-to-pdf="$work/plan.pdf" "file://$work/plan.html" >/dev/null || fail "no PDF: $(tail -n 3 chrome.log)"
[ "$(wc -c <plan.pdf)" -gt 20000 ] || fail "the PDF is too small"
if command -v pdftotext >/dev/null; then
  pdftotext -layout plan.pdf plan.txt
  grep -q 'without KB3140245 WinHTTP ignores' plan.txt || fail "steps are closed on paper"
  grep -q 'Filter' plan.txt && fail "controls stand on paper"
else
  echo "note: the text of the PDF is not read: apt-get install poppler-utils" >&2
fi
echo "5 pages at two widths, and on paper"
