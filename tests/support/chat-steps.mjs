// The random writes of a history. Each is planned on what the chat is expected to be, for one person, or there is nothing of the kind to do:
// `keys`: the facts on which its outcome rests. What shares one is never written at once, so each outcome is known before it is sent.
// `changes`: [fact, its next value]; `born`: the room that is made. `who` may notice it, if not the writer. `send`: method, path, body.
import { peopleSteps } from './people-steps.mjs';
import { roomSteps } from './room-steps.mjs';

const steps = { ...roomSteps, ...peopleSteps };

// How often each kind is tried; a deletion of an account is asked for by name.
const often = {
  say: 6, edit: 2, erase: 1, react: 3, read: 4, rename: 1, invite: 3, remove: 2, leave: 1, role: 1, mute: 1, hide: 1, trespass: 1,
  group: 1, direct: 1, ask: 3, accept: 3, unfriend: 1, block: 1, unblock: 2, profile: 2,
};
export const kinds = Object.entries(often).flatMap(([kind, times]) => Array.from({ length: times }, () => kind));

export function plan(chat, dice, what) {
  const person = dice.pick(chat.people);
  return person.gone ? undefined : steps[what](chat, dice, person);
}
