// People in real browsers. Each has a context of their own (cookies, storage, network), as on a device of their own.
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';
import { randomName } from '../support/people.mjs';

export const patience = 20_000;
export const password = 'correct horse battery';
export const wide = { width: 1280, height: 800 };
export const narrow = { width: 390, height: 844 };

const flags = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });
}

// A device: a browser context with one page, whose complaints are written down.
export async function newDevice(browser, server, { viewport = wide, locale = 'ko-KR', colorScheme = 'light' } = {}) {
  const context = await browser.newContext({ baseURL: server.url, viewport, locale, colorScheme, timezoneId: 'Asia/Seoul' });
  context.setDefaultTimeout(patience);
  const device = { context, complaints: [], page: undefined };
  context.on('page', (page) => {
    page.on('console', (message) => { if (message.type() === 'error') device.complaints.push(`${message.text()} ${message.location().url}`); });
    page.on('pageerror', (error) => device.complaints.push(String(error.stack)));
  });
  device.page = await context.newPage();
  return device;
}

// A person who has signed up by the form.
export async function newPerson(browser, server, displayName, options) {
  const device = await newDevice(browser, server, options);
  const { page } = device;
  const username = randomName('p');
  await page.goto('/signup');
  await page.fill('[name=username]', username);
  await page.fill('[name=displayName]', displayName);
  await page.fill('[name=password]', password);
  await page.click('[data-testid=signup-submit]');
  await online(page);
  const { id } = await call(page, 'GET', '/me');
  return { ...device, username, displayName, id };
}

export async function signIn(page, username) {
  await page.goto('/login');
  await page.fill('[name=username]', username);
  await page.fill('[name=password]', password);
  await page.click('[data-testid=login-submit]');
  await online(page);
}

export function online(page) {
  return page.waitForSelector('[data-testid=connection][data-state=online]', { state: 'attached' });
}

// A request of the page's own session, for what a test only needs as a beginning.
export async function call(page, method, path, body) {
  const { status, text } = await page.evaluate(async ([how, where, what]) => {
    const response = await fetch(`/api/v1${where}`, {
      method: how, credentials: 'same-origin',
      headers: what === undefined ? {} : { 'Content-Type': 'application/json' },
      body: what === undefined ? undefined : JSON.stringify(what),
    });
    return { status: response.status, text: await response.text() };
  }, [method, path, body]);
  assert.ok(status < 300, `${method} ${path}: ${status} ${text}`);
  return text ? JSON.parse(text) : undefined;
}

export async function befriend(one, ...others) {
  for (const other of others) {
    await call(one.page, 'POST', '/friends', { userId: other.id });
    await call(other.page, 'POST', `/friends/requests/${one.id}/accept`);
  }
}

export async function directRoom(one, other) {
  await befriend(one, other);
  const { id } = await call(one.page, 'POST', '/rooms', { kind: 'direct', memberIds: [other.id] });
  return id;
}

export async function openRoom(person, roomId) {
  await person.page.goto(`/rooms/${roomId}`);
  await person.page.waitForSelector('[data-testid=composer]');
  await online(person.page);
}

// Two people with a direct room, which both look at.
export async function pairInRoom(browser, server) {
  const [one, other] = await Promise.all([newPerson(browser, server, '하나'), newPerson(browser, server, '두리')]);
  const room = await directRoom(one, other);
  await Promise.all([openRoom(one, room), openRoom(other, room)]);
  return { one, other, room };
}

export async function write(page, text) {
  await page.fill('[data-testid=composer]', text);
  await page.press('[data-testid=composer]', 'Enter');
}

// The texts of the messages that the server has, from the top.
export function texts(page) {
  return page.$$eval('[data-testid=message] [data-testid=message-text]', (all) => all.map((one) => one.textContent));
}

// One message, by its text.
export function messageOf(page, text) {
  return page.locator('[data-testid=message]', { has: page.locator('[data-testid=message-text]', { hasText: text }) });
}

export async function sees(page, text) {
  await messageOf(page, text).waitFor();
}

// Waits until the page shows so many messages of the server and none that waits.
export function settled(page, count) {
  return page.waitForFunction((wanted) => document.querySelectorAll('[data-testid=message] [data-testid=message-text]').length >= wanted
    && document.querySelectorAll('[data-testid=pending]').length === 0, count, { timeout: 60_000 });
}

export function waitingCount(page, count) {
  return page.waitForFunction((wanted) => document.querySelectorAll('[data-testid=pending]').length === wanted, count);
}

export async function openMenu(page, text) {
  const message = messageOf(page, text);
  await message.locator('[data-testid=bubble]').hover();
  await message.locator('[data-testid=message-menu]').click();
  await page.waitForSelector('[data-testid=menu]');
}
