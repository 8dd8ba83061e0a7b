import { type Channel } from '../channels';
import { type Template } from './template.entity';

/** Where a message about a patient may go. What lies on a lock screen, a telephone network or a chat server never may. */
const phiOn: Readonly<Record<Channel, 'ALLOWED' | 'WITH_CONSENT' | 'NEVER'>> = {
  IN_APP: 'ALLOWED',
  EMAIL: 'WITH_CONSENT',
  SMS: 'NEVER',
  PUSH: 'NEVER',
  SLACK: 'NEVER',
};

/** Why a message may not go out, or null when it may. Asked anew for every attempt: consent may be withdrawn meanwhile. */
export function refusalToSend(
  phi: boolean,
  channel: Channel,
  hasConsent: boolean,
): 'PHI_NOT_ALLOWED_ON_CHANNEL' | 'NO_CONSENT' | null {
  if (!phi) return null;
  switch (phiOn[channel]) {
    case 'ALLOWED':
      return null;
    case 'WITH_CONSENT':
      return hasConsent ? null : 'NO_CONSENT';
    case 'NEVER':
      return 'PHI_NOT_ALLOWED_ON_CHANNEL';
  }
}

/** Why a template may not be published, in a sentence for its author, or null when it may. */
export function refusalToPublish(template: Template): string | null {
  const { phi, channels } = template;
  const forbidden = channels.find(({ channel }) => refusalToSend(phi, channel, true) !== null);
  if (forbidden) return `A template about patients may not speak on ${forbidden.channel}`;
  // Each of the variables says something about a patient.
  const [revealing] = phi ? [] : template.namedVariables();
  return revealing === undefined ? null : `A template that names {{${revealing}}} is about patients: mark it so`;
}
