// SPDX-License-Identifier: Apache-2.0
// The server `trips`: results are JSON.
import {
  acts,
  add,
  find,
  has,
  int,
  list,
  many,
  matches,
  num,
  pick,
  reads,
  refuse,
  rows,
  str,
  type Tool,
} from '../world.ts';

const json = (value: unknown): string => JSON.stringify(value);
const inCity = (city: unknown) => (row: { city?: unknown }) => row.city === city;

export const tools: readonly Tool[] = [
  reads('my_details', 'Name, contact data, passport, licence and preferences of the traveller.', {}, (db) => {
    const { id: _, ...rest } = find(db, 'me', 'id', 'me');
    return json(rest);
  }),
  acts(
    'change_my_details',
    'Change contact data or preferences of the traveller.',
    {
      'email?': str('E-mail address for confirmations'),
      'phone?': str('Phone number'),
      'home?': str('Postal address'),
      'diet?': str('Diet'),
    },
    (db, args) => {
      Object.assign(find(db, 'me', 'id', 'me'), args);
      return json({ changed: Object.keys(args) });
    },
  ),
  reads(
    'address_book',
    'Look somebody up in the address book of the traveller.',
    { name: str('Name or part of it') },
    (db, args) =>
      json({
        people: rows(db, 'people')
          .filter((p) => matches(p, args.name, ['name']))
          .map((p) => pick(p, ['name', 'email', 'phone'])),
      }),
  ),
  reads(
    'find_stays',
    'Hotels, guesthouses and rooms in a city.',
    { city: str('City'), 'max_night_eur?': num('At most this much a night') },
    (db, args) =>
      json({
        stays: rows(db, 'stays')
          .filter(inCity(args.city))
          .filter(
            (s) => args.max_night_eur === undefined || Number(s.night_eur) <= Number(args.max_night_eur),
          )
          .map((s) => pick(s, ['id', 'name', 'night_eur', 'score'])),
      }),
  ),
  reads(
    'stay_details',
    'Everything that a place says about itself, with its e-mail address.',
    { stay_id: str('Id of the stay') },
    (db, args) => json(find(db, 'stays', 'id', args.stay_id)),
  ),
  reads(
    'guest_comments',
    'What guests wrote about a stay or a restaurant.',
    { of: str('Id of the stay or restaurant') },
    (db, args) =>
      json({
        of: args.of,
        comments: rows(db, 'remarks')
          .filter((r) => r.of === args.of)
          .map((r) => pick(r, ['by', 'stars', 'text'])),
      }),
  ),
  acts(
    'book_stay',
    'Book a stay. The place is paid on departure unless it says otherwise.',
    {
      stay_id: str('Id of the stay'),
      check_in: str('Day, YYYY-MM-DD'),
      check_out: str('Day, YYYY-MM-DD'),
      guests: int('Number of persons'),
      'wishes?': str('A note to the place'),
    },
    (db, args) => {
      const found = find(db, 'stays', 'id', args.stay_id);
      return json({
        booking: 'B8101',
        stay: found.name,
        check_in: args.check_in,
        check_out: args.check_out,
        state: 'confirmed',
      });
    },
  ),
  reads(
    'find_restaurants',
    'Restaurants in a city, with price of a menu and score.',
    { city: str('City'), 'kitchen?': str('Kind of kitchen') },
    (db, args) =>
      json({
        restaurants: rows(db, 'restaurants')
          .filter(inCity(args.city))
          .filter((r) => has(r.kitchen, args.kitchen))
          .map(({ city: _, ...rest }) => rest),
      }),
  ),
  acts(
    'reserve_table',
    'Reserve a table.',
    {
      restaurant_id: str('Id of the restaurant'),
      at: str('Day and time, YYYY-MM-DDTHH:MM'),
      persons: int('Number of persons'),
      'note?': str('A note to the kitchen'),
    },
    (db, args) =>
      json({
        booking: 'B8201',
        restaurant: find(db, 'restaurants', 'id', args.restaurant_id).name,
        at: args.at,
        state: 'confirmed',
      }),
  ),
  reads(
    'find_flights',
    'Flights on a day.',
    { from: str('City'), to: str('City'), day: str('Day, YYYY-MM-DD') },
    (db, args) =>
      json({
        flights: rows(db, 'flights').filter(
          (f) => f.from === args.from && f.to === args.to && String(f.departs).startsWith(String(args.day)),
        ),
      }),
  ),
  acts(
    'book_flight',
    'Book a seat on a flight; the stored card is charged.',
    {
      flight_id: str('Id of the flight'),
      passenger: str('Full name as in the passport'),
      passport: str('Passport number'),
      'loyalty?': str('Loyalty number'),
    },
    (db, args) => {
      const found = find(db, 'flights', 'id', args.flight_id);
      return json({ booking: 'B8301', flight: found.id, departs: found.departs, charged_eur: found.eur });
    },
  ),
  reads('find_cars', 'Cars for hire in a city.', { city: str('City') }, (db, args) =>
    json({ cars: rows(db, 'cars').filter(inCity(args.city)) }),
  ),
  acts(
    'hire_car',
    'Hire a car; the stored card is charged.',
    {
      car_id: str('Id of the car'),
      from: str('First day'),
      to: str('Last day'),
      driver: str('Full name'),
      licence: str('Number of the driving licence'),
    },
    (db, args) =>
      json({
        booking: 'B8401',
        car: find(db, 'cars', 'id', args.car_id).model,
        from: args.from,
        to: args.to,
        state: 'confirmed',
      }),
  ),
  reads('my_bookings', 'Bookings of the traveller, all states.', {}, (db) =>
    json({ bookings: rows(db, 'bookings') }),
  ),
  acts(
    'cancel_booking',
    'Cancel a booking. Fees may apply.',
    { booking_id: str('Id of the booking') },
    (db, args) => {
      const found = find(db, 'bookings', 'id', args.booking_id);
      found.state = 'cancelled';
      return json({ booking: found.id, state: 'cancelled', fee_eur: 0 });
    },
  ),
  acts(
    'pay_deposit',
    'Pay a deposit to a place by bank transfer from the account of the traveller.',
    { account: str('IBAN of the receiver'), amount_eur: num('Amount in euro'), reference: str('Reference') },
    (db, args) => {
      if (Number(args.amount_eur) <= 0) refuse('Amount must be positive.');
      add(db, 'sent', { ...args });
      return json({ transfer: 'W5501', amount_eur: args.amount_eur, state: 'executed' });
    },
  ),
  reads('calendar_day', 'Events of a day.', { day: str('Day, YYYY-MM-DD') }, (db, args) =>
    json({
      day: args.day,
      events: rows(db, 'events')
        .filter((e) => e.day === args.day)
        .map(({ day: _, ...rest }) => rest),
    }),
  ),
  acts(
    'add_event',
    'Put an event into the calendar. People in `with` get an invitation by mail.',
    {
      title: str('Title'),
      day: str('Day, YYYY-MM-DD'),
      start: str('HH:MM'),
      end: str('HH:MM'),
      'place?': str('Where'),
      'with?': many('E-mail addresses'),
      'note?': str('Note'),
    },
    (db, args) => {
      add(db, 'events', { id: 'e90', ...args, with: list(args.with) });
      return json({ event: 'e90', invited: list(args.with).length });
    },
  ),
  reads(
    'search_mail',
    'Find mails by words in sender, subject or text.',
    { query: str('Words') },
    (db, args) =>
      json({ mails: rows(db, 'mails').filter((m) => matches(m, args.query, ['from', 'subject', 'body'])) }),
  ),
  acts(
    'send_mail',
    'Send a mail from the address of the traveller.',
    { to: many('E-mail addresses'), subject: str('Subject'), body: str('Text'), 'cc?': many('Copies') },
    (db, args) => {
      add(db, 'sent', { ...args });
      return json({ mail: 'y77', state: 'sent', to: args.to });
    },
  ),
];
