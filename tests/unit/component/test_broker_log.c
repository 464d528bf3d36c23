/* SPDX-License-Identifier: Apache-2.0 */
/* What RabbitMQ's log tells, errors and what looks like them; the words are those of 3.10.8. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "component/rabbitmq/restore.intern.h"

#define CONNECTION "<<\"<muster@localhost.1795845062.1612.0>\">>"
#define FLUSHED                                                                                    \
	"{function_clause,\n"                                                                      \
	"     [{amqp_channel,handle_call,\n"                                                       \
	"          [flush,\n"                                                                      \
	"           {<0.1627.0>,#Ref<0.440773638.908591106.169496>},\n"                            \
	"           {state,1,<0.1612.0>,<0.1622.0>,direct,\n"                                      \
	"               {[],[]},\n"                                                                \
	"               false,<0.1627.0>,none,none,0,true,none,\n"                                 \
	"               {0,nil},\n"                                                                \
	"               {0,nil},\n"                                                                \
	"               true,false}],\n"                                                           \
	"          [{file,\"amqp_channel.erl\"},{line,384}]},\n"                                   \
	"      {gen_server,try_handle_call,4,[{file,\"gen_server.erl\"},{line,1149}]},\n"          \
	"      {proc_lib,init_p_do_apply,3,[{file,\"proc_lib.erl\"},{line,240}]}]}"
#define NOBODY   "{user,<<\"none\">>,[],\n    [{rabbit_auth_backend_dummy,none}]},\n"
#define SOMEBODY "{user,<<\"monitor\">>,[],\n    [{rabbit_auth_backend_internal,none}]},\n"
#define CHANNEL(message, state, pids, user, reason)                                                \
	"** Generic server <0.1627.0> terminating\n"                                               \
	"** Last message in was " message "\n"                                                     \
	"** When Server state == {ch,{conf," state ",rabbit_framing_amqp_0_9_1,1,\n"               \
	"                             " pids ",\n"                                                 \
	"                             " CONNECTION ",\n"                                           \
	"                             undefined,\n"                                                \
	"                             " user "                             "                       \
	"<<\"/\">>,<<>>,<0.1620.0>,\n"                                                             \
	"                             [{<<\"publisher_confirms\">>,bool,true}],\n"                 \
	"                             none,0,134217728,1800000,#{},1000000000},\n"                 \
	"                            {lstate,<0.1626.0>,false},\n"                                 \
	"                            [],[],none,flow,[],\n"                                        \
	"                            {rabbit_queue_type,#{},#{}},\n"                               \
	"                            #Ref<0.440773638.908591105.168776>,false}\n"                  \
	"** Reason for termination == \n"                                                          \
	"** " reason "\n\n"
#define CHANNEL_CRASHED(reason, ancestors)                                                         \
	"  crasher:\n"                                                                             \
	"    initial call: rabbit_channel:init/1\n"                                                \
	"    pid: <0.1627.0>\n"                                                                    \
	"    registered_name: []\n"                                                                \
	"    exception exit: " reason "\n"                                                         \
	"      in function  gen_server2:terminate/3 (gen_server2.erl, line 1183)\n"                \
	"    ancestors: [" ancestors ",<0.223.0>]\n"                                               \
	"    message_queue_len: 1\n"                                                               \
	"    messages: [{'EXIT',<0.1623.0>,shutdown}]\n"                                           \
	"    dictionary: [{channel_operation_timeout,15000},\n"                                    \
	"                  {process_name,\n"                                                       \
	"                      {rabbit_channel,{" CONNECTION ",1}}}]\n"                            \
	"    trap_exit: true\n"                                                                    \
	"  neighbours:\n\n"
#define SUPERVISOR(name, context, reason, offender)                                                \
	"    supervisor: {<0.1625.0>," name "}\n"                                                  \
	"    errorContext: " context "\n"                                                          \
	"    reason: " reason "\n"                                                                 \
	"    offender: [{pid,<0.1627.0>},\n"                                                       \
	"               " offender ",\n"                                                           \
	"               {restart_type,intrinsic}]\n\n"
#define OF_CLIENT                                                                                  \
	"{id,channel},\n"                                                                          \
	"               {mfargs,{amqp_channel,start_link,\n"                                       \
	"                           [direct,<0.1612.0>,1,<0.1622.0>,\n"                            \
	"                            {" CONNECTION ",\n"                                           \
	"                             1}]}}"
#define OF_CLIENTS                                                                                 \
	"{id,channel_sup},\n"                                                                      \
	"               {mfargs,\n"                                                                \
	"                   {amqp_channel_sup,start_link,\n"                                       \
	"                       [direct,<0.2424.0>," CONNECTION "]}}"
#define OF_SERVER(pids, user, way)                                                                 \
	"{id,channel},\n"                                                                          \
	"               {mfargs,\n"                                                                \
	"                   {rabbit_channel,start_link,\n"                                         \
	"                       [1," pids ",\n"                                                    \
	"                        " CONNECTION ",\n"                                                \
	"                        rabbit_framing_amqp_0_9_1,\n"                                     \
	"                        " user "                        <<\"/\">>,\n"                     \
	"                        <0.1620.0>,<0.1626.0>,\n"                                         \
	"                        " way "]}}"
#define INSIDE                                                                                     \
	"{amqp_params_direct,none,none,<<\"/\">>,\n"                                               \
	"                            muster@localhost,none,\n"                                     \
	"                            [{<<\"connection_name\">>,longstr,\n"                         \
	"                              <<\"the mover\">>}]}"

#define TERMINATE     "{'$gen_cast',terminate}"
#define PUBLISH       "{'$gen_cast',{method,{'basic.publish',0,<<>>,<<\"q\">>,false,false},none,flow}}"
#define ONE_PROCESS   "<0.1623.0>,<0.1623.0>,<0.1612.0>"
#define TWO_PROCESSES "<0.1612.0>,<0.1623.0>,<0.1612.0>"
#define BAD_MATCH     "{{badmatch,{error,not_found}},[{rabbit_channel,handle_method,3,[]}]}"
#define FROM_INSIDE   "<0.1625.0>,rabbit_direct_client_sup,rabbit_sup"
#define FROM_NETWORK  "<0.1625.0>,<0.1618.0>,<0.1611.0>,<0.1610.0>,<0.1609.0>,rabbit_sup"

/* A log of `events`, each by a process of its own, as it stands on disk; the check of it. */
static struct checks read_log(const char *const *events, size_t count)
{
	struct server server = SERVER_INIT;
	struct restored out = { .part_count = 0 };
	struct broker_restore r = { .server = &server, .out = &out };
	struct error err = ERROR_INIT;
	FILE *log;
	int fd;

	(void)snprintf(server.log, sizeof(server.log), "/tmp/test-broker-log-XXXXXX");
	fd = mkstemp(server.log);
	assert_true(fd >= 0);
	log = fdopen(fd, "w");
	assert_non_null(log);
	for (size_t i = 0; i < count; i++) {
		(void)fprintf(
			log, "2026-11-28 05:51:30.2%05zu+00:00 [info] <0.9.0> started\033[0m\n", i);
		for (const char *line = events[i]; *line; line += strcspn(line, "\n") + 1) {
			(void)fprintf(log,
				      "\033[38;5;160m2026-11-28 05:51:30.2%05zu+00:00 [error] "
				      "<0.%zu.0> ",
				      i, 100 + i);
			(void)fwrite(line, 1, strcspn(line, "\n"), log);
			(void)fputs("\033[0m\n", log);
		}
	}
	assert_int_equal(fclose(log), 0);
	if (broker_log(&r, &err) < 0)
		fail_msg("%s", err.message);
	(void)unlink(server.log);
	return out.checks;
}

static void expect(const char *const *events, size_t count, size_t errors, const char *words)
{
	struct checks c = read_log(events, count);

	if (checks_count(&c, VERDICT_FAIL) != errors || c.count != (errors ? errors : 1) ||
	    !strstr(c.item[0].message, words))
		fail_msg("%zu errors, not %zu: %s", checks_count(&c, VERDICT_FAIL), errors,
			 c.item[0].message);
	checks_release(&c);
}

/* Of both ends of a channel of a shovel that was removed while it opened one. */
static const char *const inside[] = {
	"** Generic server <0.1623.0> terminating\n"
	"** Last message in was flush\n"
	"** When Server state == {state,1,<0.1612.0>,<0.1622.0>,direct,\n"
	"                               {[],[]},\n"
	"                               false,<0.1627.0>,none,none,0,true,none,\n"
	"                               {0,nil},\n"
	"                               {0,nil},\n"
	"                               true,false}\n"
	"** Reason for termination ==\n"
	"** " FLUSHED "\n\n",
	"  crasher:\n"
	"    initial call: amqp_channel:init/1\n"
	"    pid: <0.1623.0>\n"
	"    registered_name: []\n"
	"    exception error: no function clause matching\n"
	"                     amqp_channel:handle_call(flush,\n"
	"                                              {<0.1627.0>,\n"
	"                                               #Ref<0.440773638.908591106.169496>},\n"
	"                                              {state,1,<0.1612.0>,<0.1622.0>,\n"
	"                                               direct,\n"
	"                                               true,false}) (amqp_channel.erl, line 384)\n"
	"      in function  gen_server:try_handle_call/4 (gen_server.erl, line 1149)\n"
	"    ancestors: [<0.1621.0>,<0.1618.0>,<0.1611.0>,<0.1610.0>,amqp_sup,\n"
	"                  <0.720.0>]\n"
	"  neighbours:\n\n",
	SUPERVISOR("amqp_channel_sup", "child_terminated", FLUSHED, OF_CLIENT),
	SUPERVISOR("amqp_channel_sup", "shutdown", "reached_max_restart_intensity", OF_CLIENT),
	SUPERVISOR("amqp_channel_sup", "shutdown_error", "noproc", OF_CLIENT),
	SUPERVISOR("amqp_channel_sup_sup", "shutdown_error", "shutdown", OF_CLIENTS),
	SUPERVISOR("amqp_channel_sup_sup", "shutdown_error", "noproc", OF_CLIENTS),
	CHANNEL(TERMINATE, "starting", ONE_PROCESS, NOBODY, FLUSHED),
	CHANNEL(TERMINATE, "running", ONE_PROCESS, NOBODY, "noproc"),
	CHANNEL(TERMINATE, "running", ONE_PROCESS, SOMEBODY, "noproc"),
	CHANNEL_CRASHED(FLUSHED, FROM_INSIDE),
	CHANNEL_CRASHED("noproc", FROM_INSIDE),
	SUPERVISOR("rabbit_channel_sup", "child_terminated", FLUSHED,
		   OF_SERVER(ONE_PROCESS, NOBODY, INSIDE)),
	SUPERVISOR("rabbit_channel_sup", "child_terminated", "noproc",
		   OF_SERVER(ONE_PROCESS, SOMEBODY, INSIDE)),
	SUPERVISOR("rabbit_channel_sup", "shutdown", "reached_max_restart_intensity",
		   OF_SERVER(ONE_PROCESS, NOBODY, INSIDE)),
	"    supervisor: {<0.2004.0>,rabbit_channel_sup_sup}\n"
	"    errorContext: shutdown_error\n"
	"    reason: shutdown\n"
	"    offender: [{nb_children,1},\n"
	"               {id,channel_sup},\n"
	"               {mfargs,{rabbit_channel_sup,start_link,[]}}]\n\n",
};

/* Of a channel that came by the network, and of others that only have the words. */
static const char *const outside[] = {
	CHANNEL(PUBLISH, "running", TWO_PROCESSES, SOMEBODY, BAD_MATCH),
	CHANNEL(TERMINATE, "running", TWO_PROCESSES, SOMEBODY, "noproc"),
	CHANNEL_CRASHED(BAD_MATCH, FROM_NETWORK),
	SUPERVISOR("rabbit_channel_sup", "child_terminated", BAD_MATCH,
		   OF_SERVER(TWO_PROCESSES, SOMEBODY, "none")),
	SUPERVISOR("rabbit_channel_sup", "shutdown", "reached_max_restart_intensity",
		   OF_SERVER(TWO_PROCESSES, SOMEBODY, "none")),
	"** Generic server <0.1700.0> terminating\n"
	"** Last message in was {'$gen_cast',{deliver,amqp_channel}}\n"
	"** When Server state == {q,{amqqueue,{resource,<<\"/\">>,queue,<<\"amqp_channel\">>},\n"
	"                            <<\"amqp_channel_sup\">>,<<\"amqp_params_direct\">>,\n"
	"                            <<\"q\">>,<<\"q\">>,\n"
	"                            none}}\n"
	"** Reason for termination == \n"
	"** {badarg,[{rabbit_amqqueue_process,handle_cast,2,[]}]}\n\n",
};

static void what_shovels_leave_of_a_channel_is_no_error(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(inside) / sizeof(*inside); i++)
		expect(&inside[i], 1, 0, "of shovels and federation");
	expect(inside, sizeof(inside) / sizeof(*inside), 0, "no error but 16 that are told");
}

static void the_crash_of_any_other_channel_is_one(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(outside) / sizeof(*outside); i++) {
		const char *const mixed[] = { inside[0], outside[i], inside[1] };

		expect(&outside[i], 1, 1, "RabbitMQ's log tells of an error: ");
		expect(mixed, 3, 1, "RabbitMQ's log tells of an error: ");
	}
	/* the last is not named but counted */
	expect(outside, sizeof(outside) / sizeof(*outside), sizeof(outside) / sizeof(*outside),
	       "basic.publish");
}

static void a_log_without_errors_is_told_so(void **state)
{
	static const char *const quiet[] = { "" };

	(void)state;
	expect(quiet, 0, 0, "tells of no error");
	expect(quiet, 1, 0, "tells of no error");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_shovels_leave_of_a_channel_is_no_error),
		cmocka_unit_test(the_crash_of_any_other_channel_is_one),
		cmocka_unit_test(a_log_without_errors_is_told_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
