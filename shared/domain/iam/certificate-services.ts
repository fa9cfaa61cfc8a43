/** Services that hand out a role's credentials for a certificate from anywhere (IAM Roles Anywhere and AWS IoT Core, developer guides). */
const services = new Set(['rolesanywhere.amazonaws.com', 'credentials.iot.amazonaws.com']);

/** Whether a trust in this service principal lets in whoever has a certificate. */
export function takesCertificates(service: string): boolean {
  return services.has(service);
}
