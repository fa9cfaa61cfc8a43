/** Asking admission on behalf of whoever called, and its answer as that of the API. */
import { requestPromotion } from '#shared/aws/admission.ts';
import { DrawbridgeError } from '#shared/domain/errors/catalogue.ts';
import type { Promotion } from '#shared/domain/promotion/records.ts';
import { type AdmissionRequest, idempotencyKeyOf } from '#shared/domain/promotion/request.ts';
import { actorIn, arrivedAt, type HttpContext } from '#shared/lambda/http.ts';
import type { Resources } from '#shared/lambda/resources.ts';

/** What a route adds to who asks, when, and under which key. */
type Asked = Pick<AdmissionRequest, 'request' | 'retryOf' | 'recovery' | 'rollback' | 'pipeline'>;

/** Asks for a promotion. Throws what admission refuses it with. */
export async function admitted(context: HttpContext, resources: Resources, asked: Asked): Promise<Response> {
  const answer = await requestPromotion(resources.admissionFunction, {
    ...asked,
    actor: actorIn(context),
    idempotencyKey: idempotencyKeyOf(context.req.header('idempotency-key')),
    trigger: { kind: 'api' },
    at: arrivedAt(context),
  });
  if (answer.kind === 'refused') throw new DrawbridgeError(answer.problem);
  return accepted(context, answer.promotion, answer.replayed);
}

/** A promotion that was accepted, now or before. */
export function accepted(context: HttpContext, promotion: Promotion, replayed: boolean): Response {
  const headers = { Location: `/v1/promotions/${promotion.id}`, ...(replayed && { 'Idempotency-Replayed': 'true' }) };
  return context.json(promotion, 202, headers);
}
