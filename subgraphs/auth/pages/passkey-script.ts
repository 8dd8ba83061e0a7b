/**
 * The one script of the pages, sent as it stands here to every browser that knows passkeys: gives the options of the page
 * to the authenticator and sends the form with its answer (Web Authentication Level 3 §5.1.4, JSON as in §5.1.10).
 * Browsers convert between JSON and buffers themselves by now; those that do not are told that passkeys are not to be had.
 */
export const passkeyScript = `'use strict';
(() => {
  const place = document.getElementById('passkey');
  const status = document.getElementById('passkey-status');
  const ask = document.getElementById('ask');
  if (!place || !status || !ask) return;
  const say = (text) => {
    status.textContent = text;
    status.hidden = text === '';
  };
  const Credential = window.PublicKeyCredential;
  if (!Credential || !Credential.parseRequestOptionsFromJSON) {
    say(place.dataset.unsupported);
    return;
  }
  ask.hidden = false;
  const get = async () => {
    ask.disabled = true;
    say(place.dataset.waiting);
    try {
      const publicKey = Credential.parseRequestOptionsFromJSON(JSON.parse(place.dataset.options));
      const credential = await navigator.credentials.get({ publicKey });
      const form = place.querySelector('form');
      form.elements.namedItem('credential').value = JSON.stringify(credential);
      form.submit();
    } catch {
      // Closed, timed out or not there: which of them it was, browsers keep to themselves (§5.1.4.1).
      ask.disabled = false;
      say(place.dataset.failed);
      ask.focus();
    }
  };
  ask.addEventListener('click', get);
  get();
})();
`;
