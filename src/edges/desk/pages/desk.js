// SPDX-License-Identifier: Apache-2.0
// The one script of the desk, served as it is. It tells what time is left, and asks for a passkey where a form needs one.
// Everything else works without it. It reads nothing from elsewhere and makes no markup.

const begun = performance.now();
const main = document.getElementById('main');

/** By the server's clock: the one of this machine may be wrong. */
const now = () => Number(main.dataset.now) + performance.now() - begun;

/** As `leftText` of shell.ts. */
function leftText(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [h, min, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  if (h > 0) return `${h} h ${min} min`;
  return min > 0 ? `${min} min ${s} s` : `${s} s`;
}

function tick() {
  for (const time of document.querySelectorAll('time[data-until]')) {
    const left = Number(time.dataset.until) - now();
    let told = time.nextElementSibling;
    if (told === null || !told.classList.contains('left')) {
      told = document.createElement('span');
      told.className = 'left';
      time.after(told);
      const here = new Date(Number(time.dataset.until));
      if (here.getTimezoneOffset() !== 0)
        time.append(`, ${here.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })} here`);
    }
    told.textContent = left > 0 ? ` (${leftText(left)} left)` : ' (over)';
    told.classList.toggle('soon', left <= 60_000);
  }
}

if (document.querySelector('time[data-until]') !== null) {
  tick();
  setInterval(tick, 1000);
}

function tell(form, text) {
  let place = form.querySelector('[role=alert]');
  if (place === null) {
    place = document.createElement('p');
    place.setAttribute('role', 'alert');
    place.className = 'warn';
    form.append(place);
  }
  place.textContent = text;
}

/** What is sent is what the passkey signs for: the options are made of the same fields. */
async function withPasskey(form, button) {
  const fields = new URLSearchParams(new FormData(form, button));
  const answer = await fetch(form.dataset.options, { method: 'POST', body: fields, redirect: 'error' });
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.problem ?? 'the desk gave no answer');
  const credential =
    form.dataset.passkey === 'create'
      ? await navigator.credentials.create({
          publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(told),
        })
      : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(told) });
  if (credential === null) throw new Error('there is no passkey here');
  fields.append('passkey', JSON.stringify(credential));
  const sent = document.createElement('form');
  Object.assign(sent, { method: 'post', action: form.action, hidden: true });
  for (const [name, value] of fields) {
    const field = document.createElement('input');
    Object.assign(field, { type: 'hidden', name, value });
    sent.append(field);
  }
  document.body.append(sent);
  sent.submit();
}

for (const form of document.querySelectorAll('form[data-passkey]'))
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const button = event.submitter;
    // A `no` needs no passkey, and never waits for one.
    if (button?.value === 'refuse') return form.submit();
    const asking = withPasskey(form, button);
    if (button !== null) button.disabled = true;
    tell(form, 'Waiting for your passkey.');
    asking.catch((error) => {
      if (button !== null) button.disabled = false;
      tell(
        form,
        error.name === 'NotAllowedError'
          ? 'The passkey was not used. Nothing was sent.'
          : `Nothing was sent: ${error.message}`,
      );
    });
  });
