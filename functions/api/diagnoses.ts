/** What is wrong with a target. */
import type { Hono } from 'hono';
import { invokeFunction } from '#shared/aws/invoke-function.ts';
import { DiagnosisWish, type DoctorAnswer, type DoctorRequest } from '#shared/domain/doctor/facts.ts';
import { DrawbridgeError } from '#shared/domain/errors/catalogue.ts';
import { actorIn, arrivedAt, bodyIn, type HttpEnvironment } from '#shared/lambda/http.ts';
import type { Resources } from '#shared/lambda/resources.ts';

export function diagnoses(app: Hono<HttpEnvironment>, resources: Resources): void {
  /** A diagnosis is made anew each time and kept nowhere. */
  app.post('/v1/diagnoses', async (context) => {
    const { target } = await bodyIn(context, DiagnosisWish);
    const asked: DoctorRequest = { target, actor: actorIn(context), at: arrivedAt(context) };
    const answer = await invokeFunction<DoctorAnswer>(resources.doctorFunction, asked);
    if (answer.kind === 'refused') throw new DrawbridgeError(answer.problem);
    return context.json(answer.diagnosis);
  });
}
