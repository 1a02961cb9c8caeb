// Shows the state that the service sends, and holds it to what it showed before a connection was lost.
// Whatever users have typed goes into the page as text, never as HTML.
'use strict';

const PLAYERS = ['Ada', 'Grace', 'Edsger', 'Barbara', 'Donald', 'Frances'];
const PLAY_INTERVAL_MILLIS = 120;
const RECONNECT_MILLIS = 1000;

const byId = (id) => document.getElementById(id);
const number = new Intl.NumberFormat('en');
const format = (value) => number.format(value);
const counted = (value, one) => `${format(value)} ${one}${value === 1 ? '' : 's'}`;

let last = null; // the newest state
let lostAt = null; // when the connection was lost, or null
let answered = 0; // events of this page that the service answered
let atLeast = new Map(); // player -> events that this page knows to be stored

// ---------------------------------------------------------------------------------------------------- the connection

function connect() {
  const source = new EventSource('/api/live');
  source.addEventListener('state', (message) => show(JSON.parse(message.data)));
  source.addEventListener('error', () => {
    lose();
    if (source.readyState === EventSource.CLOSED) { // it tries again by itself, unless the service answered and refused
      setTimeout(connect, RECONNECT_MILLIS);
    }
  });
}

function lose() {
  if (lostAt !== null) {
    return;
  }
  lostAt = performance.now();
  setConnection('lost', 'connection lost');
  setBanner('lost', last === null
    ? 'Connection lost: the service does not answer. Trying again …'
    : `Connection lost: the service does not answer. Below is what it said last, with `
      + `${counted(last.board.events, 'event')}. Trying again …`);
}

function show(state) {
  if (lostAt !== null) {
    const seconds = ((performance.now() - lostAt) / 1000).toFixed(1);
    lostAt = null;
    welcomeBack(state, seconds);
  }
  setConnection('live', 'live');
  showBoard(state.board);
  showStore(state.store);
  last = state;
  for (const row of state.board.top) {
    know(row.player, row.events);
  }
}

// Scores only grow, so whatever this page has seen or was answered must be there still.
function welcomeBack(state, seconds) {
  const store = state.store;
  const restarted = last === null || store.pid !== last.store.pid;
  const how = restarted
    ? `process ${store.pid} opened the store in ${millis(store.openMicros)}`
      + (store.isAfterKill ? ', after the one before was killed' : '')
    : 'it is the same process';
  const missing = missingEvents(state.board);
  if (missing > 0) {
    setBanner('missing', `Back after ${seconds} s: ${how}. ${counted(missing, 'event')} that this page had seen `
      + 'are MISSING. Was the service started with other data?');
  } else {
    const seen = last === null ? 0 : last.board.events;
    setBanner('back', `Back after ${seconds} s: ${how}. All is there again: `
      + `${counted(state.board.events, 'event')}, among them the ${format(seen)} that this page had seen.`);
  }
}

function missingEvents(board) {
  const missingInAll = last === null ? 0 : last.board.events - board.events;
  const missingOfPlayers = board.top
    .map((row) => (atLeast.get(row.player) ?? 0) - row.events)
    .filter((missing) => missing > 0)
    .reduce((sum, missing) => sum + missing, 0);
  return Math.max(0, missingInAll, missingOfPlayers);
}

function know(player, events) {
  atLeast.set(player, Math.max(events, atLeast.get(player) ?? 0));
}

function setConnection(state, text) {
  document.body.dataset.state = state;
  byId('connection').dataset.state = state;
  byId('connection').textContent = text;
  for (const button of document.querySelectorAll('button:not(#play)')) {
    button.disabled = state !== 'live';
  }
}

function setBanner(state, text) {
  byId('banner').dataset.state = state;
  byId('banner').textContent = text;
}

// --------------------------------------------------------------------------------------------------------- the board

const rows = new Map(); // player -> { row, ... }, what is on the page

function showBoard(board) {
  byId('events').textContent = format(board.events);
  byId('total').textContent = format(board.points);
  byId('players').textContent = format(board.players);
  byId('empty').hidden = board.players > 0;
  byId('board').hidden = board.players === 0;

  const best = board.top.length > 0 ? board.top[0].points : 1;
  const focused = document.activeElement;
  const gone = new Set(rows.keys());
  board.top.forEach((entry, index) => {
    gone.delete(entry.player);
    const shown = rows.get(entry.player) ?? addRow(entry.player);
    shown.rank.textContent = String(index + 1);
    shown.bar.style.transform = `scaleX(${entry.points / best})`;
    shown.events.textContent = format(entry.events);
    if (shown.points.textContent !== format(entry.points)) {
      shown.points.textContent = format(entry.points);
      flash(shown.row);
    }
    const place = byId('rows').children[index];
    if (place !== shown.row) {
      byId('rows').insertBefore(shown.row, place ?? null);
    }
  });
  for (const player of gone) {
    rows.get(player).row.remove();
    rows.delete(player);
  }
  if (focused !== document.activeElement && document.contains(focused)) { // a row that moves loses the focus
    focused.focus({ preventScroll: true });
  }
}

function addRow(player) {
  const row = document.createElement('tr');
  const rank = add(row, 'td', 'rank');
  const cell = add(row, 'td', 'player');
  const bar = add(cell, 'span', 'bar');
  add(cell, 'span', 'name').textContent = player;
  const points = add(row, 'td', 'number points');
  const events = add(row, 'td', 'number events');
  const give = add(row, 'td', 'give');
  for (const gift of [1, 10]) {
    const button = add(give, 'button', '');
    button.type = 'button';
    button.textContent = `+${gift}`;
    button.setAttribute('aria-label', `Give ${player} ${gift === 1 ? 'a point' : `${gift} points`}`);
    button.addEventListener('click', () => givePoints(player, gift));
    give.append(' ');
  }
  const shown = { row, rank, bar, points, events };
  rows.set(player, shown);
  return shown;
}

function add(parent, tag, className) {
  const element = document.createElement(tag);
  element.className = className;
  parent.append(element);
  return element;
}

function flash(row) {
  row.classList.remove('changed');
  void row.offsetWidth; // begins the animation anew
  row.classList.add('changed');
}

// --------------------------------------------------------------------------------------------------------- the store

function showStore(store) {
  byId('kill').textContent = `kill -9 ${store.pid}`;
  byId('durability').textContent = store.durability;
  byId('reason').textContent = store.reason;
  byId('opened').textContent = new Date(store.openedAt).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
  byId('took').textContent = millis(store.openMicros);
  byId('run').textContent = format(store.run);
  byId('before').textContent = store.run === 1 ? 'none' : store.isAfterKill ? 'was killed' : 'ended by itself';
  byId('records').textContent = format(store.records);
  byId('size').textContent = `${mebibytes(store.poolBytes)}, may grow to ${mebibytes(store.maximumBytes)}`;
  byId('file').textContent = store.file;
}

const millis = (micros) => `${(micros / 1000).toFixed(1)} ms`;
const mebibytes = (bytes) => `${format(Math.round(bytes / (1 << 20)))} MiB`;

// ------------------------------------------------------------------------------------------------------------ events

async function post(path, body) {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) {
    throw new Error(answer.error);
  }
  return answer;
}

async function givePoints(player, points) {
  try {
    const score = await post('/api/scores', { player, points });
    answered++;
    byId('answered').textContent = format(answered);
    know(score.player, score.events);
    byId('refusal').textContent = '';
    return true;
  } catch (error) {
    byId('refusal').textContent = error instanceof TypeError || error instanceof SyntaxError // no answer, or half of one
      ? 'No answer. The event may have been stored or not; nothing of it is there by half.'
      : `Refused: ${error.message}.`;
    return false;
  }
}

byId('give').addEventListener('submit', async (event) => {
  event.preventDefault();
  if (lostAt === null && await givePoints(byId('player').value, Number(byId('points').value))) {
    byId('player').select();
  }
});

byId('verify').addEventListener('click', async () => {
  byId('verified').textContent = '…';
  try {
    const report = await post('/api/verify', {});
    byId('verified').textContent = report.problems.length === 0
      ? `sound: ${counted(report.records, 'record')} checked`
      : report.problems.join('; ');
  } catch (error) {
    byId('verified').textContent = 'no answer';
  }
});

// Goes on over a loss of the connection: it waits, and plays on when the service is back.
let playTimer = null;

async function play() {
  if (lostAt === null) {
    const player = PLAYERS[Math.floor(Math.random() * PLAYERS.length)];
    await givePoints(player, 1 + Math.floor(Math.random() * 10));
  }
}

byId('play').addEventListener('click', () => {
  const starts = playTimer === null;
  if (starts) {
    playTimer = setInterval(play, PLAY_INTERVAL_MILLIS);
  } else {
    clearInterval(playTimer);
    playTimer = null;
  }
  byId('play').setAttribute('aria-pressed', String(starts));
  byId('play').textContent = starts ? 'Stop playing' : 'Let them play';
});

setConnection('connecting', 'connecting');
connect();
