/** Long lists, page by page: how much of which list is asked for, and where the next page begins. */
import { failure } from '../errors/catalogue.ts';

/** Items of a page, where nothing is said and at most. */
const usual = 50;
const most = 100;

/** Which part of a list is wanted. */
export interface Page {
  readonly limit: number;
  /** Place of the last item that was seen; from the first item on where nothing was. */
  readonly after?: string;
}

/** A part of a list. `last` is the place of its last item, where there are more behind it. */
export interface Part<Item> {
  readonly items: readonly Item[];
  readonly last?: string;
}

interface Asked {
  readonly limit?: string | undefined;
  readonly cursor?: string | undefined;
}

/** The page a query asks for, of the list that `list` names. Throws PAGE_LIMIT, and PAGE_CURSOR for a cursor of another list or of none. */
export function pageAsked({ limit, cursor }: Asked, list: string): Page {
  const count = limit === undefined ? usual : Number(/^[1-9]\d{0,2}$/.exec(limit)?.[0] ?? Number.NaN);
  if (!(count <= most)) throw failure('PAGE_LIMIT', { limit: String(limit).slice(0, 20), most });
  if (cursor === undefined) return { limit: count };
  const after = placeIn(cursor, list);
  if (after === undefined) throw failure('PAGE_CURSOR', {});
  return { limit: count, after };
}

/** The cursor of the page behind a place of a list. It says nothing that the list's items do not say. */
export function cursorAfter(place: string, list: string): string {
  return Buffer.from(JSON.stringify([1, list, place])).toString('base64url');
}

function placeIn(cursor: string, list: string): string | undefined {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    const place = Array.isArray(parts) ? parts[2] : undefined;
    // Written anew it has to be the same: nothing else was ever given out.
    return typeof place === 'string' && place !== '' && cursorAfter(place, list) === cursor ? place : undefined;
  } catch {
    return undefined;
  }
}
