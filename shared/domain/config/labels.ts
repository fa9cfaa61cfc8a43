/** Labels: what targets carry, and what selects them. */
import * as z from 'zod';

const label = /^[A-Za-z0-9]([\w./-]{0,61}[A-Za-z0-9])?$/;

export const Labels = z.record(z.string().regex(label), z.string().regex(label));
export type Labels = z.infer<typeof Labels>;

/** Every one of them must be there, with its value. */
export const MatchLabels = Labels.refine((labels) => Object.keys(labels).length > 0, 'expected at least one label');
