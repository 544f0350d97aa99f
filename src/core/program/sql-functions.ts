// SPDX-License-Identifier: Apache-2.0
/**
 * Functions and operators of PostgreSQL that only compute, and those whose effects are known, as data.
 *
 * A function that is not in here is somebody's own, or one that takes SQL as text (`query_to_xml`), files or
 * connections: it may do anything. Source: PostgreSQL 18, chapter 9.
 */
import type { ActionClass } from '../catalogue/taxonomy.ts';

export const computing: ReadonlySet<string> = new Set(
  `abs acos acosd asin asind atan atan2 atan2d atand cbrt ceil ceiling cos cosd cot degrees div exp factorial floor gcd lcm ln log
  log10 mod pi power radians round scale sign sin sind sqrt tan tand trim_scale trunc width_bucket random greatest least
  ascii btrim char_length character_length chr concat concat_ws format initcap left length lower lpad ltrim md5 octet_length
  bit_length overlay position quote_ident quote_literal quote_nullable regexp_count regexp_instr regexp_like regexp_match
  regexp_matches regexp_replace regexp_split_to_array regexp_split_to_table regexp_substr repeat replace reverse right rpad
  rtrim split_part starts_with string_to_array string_to_table strpos substr substring to_hex translate trim unistr upper
  normalize encode decode sha224 sha256 sha384 sha512 get_bit get_byte convert_from convert_to
  age clock_timestamp current_date current_time current_timestamp date_add date_bin date_part date_subtract date_trunc extract
  isfinite justify_days justify_hours justify_interval localtime localtimestamp make_date make_interval make_time
  make_timestamp make_timestamptz now statement_timestamp timeofday timezone to_timestamp transaction_timestamp to_char to_date
  to_number overlaps
  array_agg avg bit_and bit_or bit_xor bool_and bool_or count every json_agg jsonb_agg json_object_agg jsonb_object_agg max min
  range_agg string_agg sum corr covar_pop covar_samp regr_count regr_slope stddev stddev_pop stddev_samp variance var_pop
  var_samp mode percentile_cont percentile_disc rank dense_rank percent_rank cume_dist row_number ntile lag lead first_value
  last_value nth_value grouping
  array_append array_cat array_dims array_fill array_length array_lower array_ndims array_position array_positions
  array_prepend array_remove array_replace array_sample array_shuffle array_to_string array_upper cardinality trim_array unnest
  to_json to_jsonb array_to_json row_to_json json_build_array json_build_object jsonb_build_array jsonb_build_object
  json_object jsonb_object json_array_elements jsonb_array_elements json_array_elements_text jsonb_array_elements_text
  json_array_length jsonb_array_length json_each jsonb_each json_each_text jsonb_each_text json_extract_path
  jsonb_extract_path json_extract_path_text jsonb_extract_path_text json_object_keys jsonb_object_keys json_typeof
  jsonb_typeof json_strip_nulls jsonb_strip_nulls jsonb_set jsonb_insert jsonb_pretty jsonb_path_exists jsonb_path_match
  jsonb_path_query jsonb_path_query_array jsonb_path_query_first
  coalesce nullif num_nonnulls num_nulls generate_series generate_subscripts isempty lower_inc upper_inc lower_inf upper_inf
  gen_random_uuid uuidv4 uuidv7 to_tsvector to_tsquery plainto_tsquery phraseto_tsquery websearch_to_tsquery ts_rank ts_rank_cd
  ts_headline setweight numnode querytree tsvector_to_array
  current_database current_schema current_schemas version pg_typeof pg_column_size pg_get_viewdef pg_get_functiondef
  pg_get_constraintdef pg_get_indexdef pg_get_expr pg_table_size pg_total_relation_size pg_relation_size pg_database_size
  pg_size_pretty pg_indexes_size format_type obj_description col_description to_regclass to_regtype has_table_privilege
  currval lastval host family masklen network netmask broadcast hostmask abbrev
  like_escape is_normalized interval date time timestamp`.split(/\s+/),
);

export const effects: ReadonlyMap<string, ActionClass> = new Map(
  (
    [
      [
        'write',
        'nextval setval pg_advisory_lock pg_advisory_xact_lock pg_try_advisory_lock pg_try_advisory_xact_lock',
      ],
      ['write', 'pg_advisory_unlock pg_advisory_unlock_all lo_create lo_creat lo_put lo_from_bytea lowrite'],
      [
        'delete',
        'pg_terminate_backend pg_cancel_backend lo_unlink lo_truncate pg_drop_replication_slot pg_stat_reset',
      ],
      ['send', 'pg_notify'],
      ['configure', 'set_config'],
      ['administer', 'pg_reload_conf pg_rotate_logfile pg_switch_wal pg_promote pg_create_restore_point'],
      [
        'credential',
        'pg_read_file pg_read_binary_file pg_ls_dir pg_stat_file pg_ls_logdir pg_ls_waldir pg_hba_file_rules',
      ],
    ] as const
  ).flatMap(([of, names]) => names.split(' ').map((name) => [name, of] as const)),
);

/** Tables that hold what opens doors. */
export const secretTables: ReadonlySet<string> = new Set(
  'pg_authid pg_shadow pg_user_mapping pg_user_mappings pg_hba_file_rules pg_subscription pg_largeobject pg_file_settings'.split(
    ' ',
  ),
);

export const operators: ReadonlySet<string> = new Set(
  '= <> != < <= > >= + - * / % ^ || | & # << >> ~ ~* !~ !~* ~~ ~~* !~~ !~~* @> <@ && -> ->> #> #>> #- ? ?| ?& @? @@ @ |/ ||/ <-> -|- &< &> ^@ <<= >>='.split(
    ' ',
  ),
);

/** Types of its own; one that somebody made reads its values with a function of theirs. */
export const types: ReadonlySet<string> = new Set(
  `bool boolean int2 int4 int8 int integer smallint bigint float4 float8 real numeric decimal money text varchar bpchar char name
  bytea date time timetz timestamp timestamptz interval uuid json jsonb jsonpath xml inet cidr macaddr macaddr8 bit varbit
  tsvector tsquery point line lseg box path polygon circle oid regclass regtype regproc int4range int8range numrange tsrange
  tstzrange daterange int4multirange int8multirange nummultirange datemultirange record void`.split(/\s+/),
);
