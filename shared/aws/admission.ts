/** The admission function, as the ways in call it. */
import type { AdmissionAnswer, AdmissionRequest } from '#shared/domain/promotion/request.ts';
import { invokeFunction } from './invoke-function.ts';

/** Asks for a promotion and waits for the answer: accepted (now or before), or refused with the problem. */
export async function requestPromotion(functionName: string, request: AdmissionRequest): Promise<AdmissionAnswer> {
  return invokeFunction(functionName, request);
}
