// The official client, unmodified, as its users have it.
import Metronome from '@metronome/sdk';
import { Description } from './description.mjs';
import { tokens } from './server.mjs';

// What comes is checked against the server's description and kept in `answers`, which is
// how often was asked: the client's own retries are in it.
export async function clientOf(server, options = {}) {
  const answers = [];
  const client = new Metronome({
    baseURL: server.url,
    bearerToken: tokens.all,
    fetch: (await Description.of(server)).fetching(answers),
    ...options,
  });
  return { client, answers };
}

export const limit = {
  alert_type: 'spend_threshold_reached', name: 'Spend limit', threshold: 100,
};
