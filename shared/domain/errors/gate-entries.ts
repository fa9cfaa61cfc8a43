import { entry } from './problem.ts';

const refused = entry<{ what: string; next: string }>({
  exit: 3,
  status: 422,
  cause: ({ what }) => what,
  next: ({ next }) => next,
});

/** What the template gate refuses. The rules know what is wrong and what to do instead. */
export const gateEntries = {
  GATE_STATIC_CREDENTIAL: refused,
  GATE_POSSIBLE_SECRET: refused,
  GATE_TRANSFORM: refused,
  GATE_TRUST: refused,
  GATE_URL: refused,
  GATE_BOUNDARY: refused,
  GATE_POLICY: refused,
};
