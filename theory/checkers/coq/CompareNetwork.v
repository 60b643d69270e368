(** The claims about stages of a network and about pipeline schedules, as Compare.v has those of algebra. *)

From Coq Require Import Reals Lra Lia.
From Analog Require Import Pipeline Sums InnerProduct Stages Compare.
Local Open Scope R_scope.

Lemma by_squares a b c : 0 <= c -> a ^ 2 <= b ^ 2 * c ^ 2 -> Rabs a <= c * Rabs b.
Proof.
  intros Hc L. rewrite <- (Rabs_pos_eq c Hc), <- Rabs_mult. apply Rsqr_le_abs_0. rewrite !Rsqr_pow2, Rpow_mult_distr.
  lra.
Qed.

Lemma short_by_squares {H V : space} (u : H) (x : V) w : 0 <= w -> inner u u <= inner x x * w ^ 2 ->
  norm u <= w * norm x.
Proof.
  intros Hw L. apply norm_le; [apply Rmult_le_pos; [exact Hw | apply norm_nonneg]|]. rewrite Rpow_mult_distr, norm_sq.
  lra.
Qed.

Lemma squared {H : space} (u : H) c : norm u <= c -> inner u u <= c ^ 2.
Proof. intros L. rewrite <- norm_sq. apply pow_incr. split; [apply norm_nonneg | exact L]. Qed.

Lemma norm_plus {H : space} (u w : H) : inner u u + inner w w + 2 * inner u w = norm (plus u w) ^ 2.
Proof. rewrite norm_sq, inner_plus, !inner_plus_r, (inner_sym w u). ring. Qed.

Lemma sum_squared {H : space} (u w : H) c : norm (plus u w) <= c -> inner u u + inner w w + 2 * inner u w <= c ^ 2.
Proof. intros L. rewrite norm_plus. apply pow_incr. split; [apply norm_nonneg | exact L]. Qed.

(** * One stage *)

Lemma compare_network_forward (TC : Type) (Crd : functional TC) {H : space} (X_m : R) (inside out : TC ->
  R) (p0 w_m : R)
  (Wx : lift Crd (fun _ => real_space)) (x : H) (y : lift Crd (fun _ => real_space)) :
  (forall c, support Crd c -> out c = (y c : R)) -> (forall c, support Crd c -> inside c = (Wx c : R)) ->
  0 <= p0 -> 0 <= w_m -> 0 <= X_m -> inner x x <= X_m ^ 2 -> inner Wx Wx <= inner x x * w_m ^ 2 ->
  (forall c, support Crd c -> out c ^ 2 <= inside c ^ 2 * p0 ^ 2) -> inner y y <= X_m ^ 2 * p0 ^ 2 * w_m ^ 2.
Proof.
  intros Out In Hp Hw HX Hx HW El. replace (X_m ^ 2 * p0 ^ 2 * w_m ^ 2) with ((p0 * (w_m * X_m)) ^ 2) by ring.
  apply squared. apply (forward_stage Crd p0 w_m Hp Hw x Wx y X_m); auto using norm_le, short_by_squares.
  intros c Hc. rewrite <- Out, <- In by exact Hc. apply by_squares; auto.
Qed.

Lemma compare_network_backward (TC : Type) (Crd : functional TC) {H : space} (D_m : R) (inside out : TC ->
  R) (p0 w_m : R)
  (WTdelta delta : lift Crd (fun _ => real_space)) (delta_next : H) :
  (forall c, support Crd c -> out c = (delta c : R)) -> (forall c, support Crd c -> inside c = (WTdelta c : R)) ->
  0 <= p0 -> 0 <= w_m -> 0 <= D_m -> inner delta_next delta_next <= D_m ^ 2 ->
  inner WTdelta WTdelta <= inner delta_next delta_next * w_m ^ 2 ->
  (forall c, support Crd c -> out c ^ 2 <= inside c ^ 2 * p0 ^ 2) -> inner delta delta <= D_m ^ 2 * p0 ^ 2 * w_m ^ 2.
Proof.
  intros Out In Hp Hw HD Hd HW El. replace (D_m ^ 2 * p0 ^ 2 * w_m ^ 2) with ((p0 * (w_m * D_m)) ^ 2) by ring.
  apply squared. apply (backward_stage Crd p0 w_m Hp Hw delta_next WTdelta delta D_m);
    auto using norm_le, short_by_squares.
  intros c Hc. rewrite <- Out, <- In by exact Hc. apply by_squares; auto.
Qed.

Lemma compare_network_forward_stale (TC : Type) (Crd : functional TC) {H H' : space} (X_m e_m : R) (inside out : TC ->
  R)
  (p0 u_m w_m : R) (UVx Vdx : lift Crd (fun _ => real_space)) (dx : H') (x : H) (y : lift Crd (fun _ => real_space)) :
  (forall c, support Crd c -> out c = (y c : R)) ->
  (forall c, support Crd c -> inside c = (UVx c : R) + (Vdx c : R)) ->
  0 <= p0 -> 0 <= w_m -> 0 <= X_m -> 0 <= u_m -> 0 <= e_m -> inner x x <= X_m ^ 2 -> inner dx dx <= e_m ^ 2 ->
  inner UVx UVx <= inner x x * u_m ^ 2 -> inner Vdx Vdx <= inner dx dx * w_m ^ 2 ->
  (forall c, support Crd c -> out c ^ 2 <= inside c ^ 2 * p0 ^ 2) ->
  (inner UVx UVx + inner Vdx Vdx + 2 * inner UVx Vdx <= (X_m * u_m + e_m * w_m) ^ 2) /\
  (inner y y <= p0 ^ 2 * (X_m * u_m + e_m * w_m) ^ 2).
Proof.
  intros Out In Hp Hw HX Hu He Hx Hd HU HV El. rewrite (Rmult_comm X_m), (Rmult_comm e_m), <- Rpow_mult_distr.
  destruct (forward_stale_stage Crd p0 w_m Hp Hw x dx UVx Vdx y u_m X_m e_m) as [A B];
    auto using norm_le, short_by_squares.
  - intros c Hc. change (plus UVx Vdx c) with ((UVx c : R) + (Vdx c : R)).
    rewrite <- Out, <- In by exact Hc. apply by_squares; auto.
  - split; [now apply sum_squared | now apply squared].
Qed.

Lemma compare_network_hadamard (D_m arriving curve inside p1 slope_change w_m : R) :
  0 <= p1 -> slope_change ^ 2 <= inside ^ 2 * p1 ^ 2 -> arriving ^ 2 <= D_m ^ 2 * w_m ^ 2 ->
  curve = arriving * slope_change -> curve ^ 2 <= D_m ^ 2 * inside ^ 2 * p1 ^ 2 * w_m ^ 2.
Proof.
  intros Hp Hs Ha ->.
  pose proof (slope_change_element p1 slope_change inside arriving (Rabs (D_m * w_m)) (by_squares _ _ _ Hp Hs)) as B.
  replace (D_m ^ 2 * inside ^ 2 * p1 ^ 2 * w_m ^ 2) with ((p1 * Rabs (D_m * w_m) * Rabs inside) ^ 2)
    by (rewrite !Rpow_mult_distr, !pow2_abs; ring).
  apply square_le, B. apply Rsqr_le_abs_0. rewrite !Rsqr_pow2, Rpow_mult_distr. exact Ha.
Qed.

Lemma compare_network_backward_stale (TC : Type) (Crd : functional TC) (D_m : R) (arriving back : TC -> R) (change : R)
  (curve inside out : TC -> R) (p0 p1 : R) (slope_change : TC -> R) (w_m zeta_m : R)
  (bend dWx gone turn : lift Crd (fun _ => real_space)) :
  (forall c, support Crd c -> curve c = (bend c : R)) -> (forall c, support Crd c -> inside c = (dWx c : R)) ->
  (forall c, support Crd c -> out c = (turn c : R)) -> (forall c, support Crd c -> back c = (gone c : R)) ->
  0 <= p0 -> 0 <= p1 -> 0 <= w_m -> 0 <= D_m -> 0 <= zeta_m -> 0 <= change ->
  (forall c, support Crd c -> slope_change c ^ 2 <= inside c ^ 2 * p1 ^ 2) ->
  (forall c, support Crd c -> arriving c ^ 2 <= D_m ^ 2 * w_m ^ 2) ->
  (forall c, support Crd c -> curve c = arriving c * slope_change c) ->
  (forall c, support Crd c -> out c ^ 2 <= back c ^ 2 * p0 ^ 2) ->
  inner dWx dWx <= zeta_m ^ 2 -> inner gone gone <= change ^ 2 ->
  inner bend bend + inner turn turn + 2 * inner bend turn <= (change * p0 + D_m * p1 * w_m * zeta_m) ^ 2.
Proof.
  intros Curve In Out Back H0 H1 Hw HD Hz Hc Slope Arr Made Turn Hi Hg.
  replace (change * p0 + D_m * p1 * w_m * zeta_m) with (p1 * (D_m * w_m) * zeta_m + p0 * change) by ring.
  apply sum_squared.
  apply (backward_stale_stage Crd p0 p1 H0 H1 dWx gone bend turn arriving slope_change);
    auto using norm_le, Rmult_le_pos.
  - intros c S. rewrite <- In by exact S. apply by_squares; auto.
  - intros c S. rewrite <- (Rabs_pos_eq (D_m * w_m)) by now apply Rmult_le_pos.
    apply Rsqr_le_abs_0. rewrite !Rsqr_pow2, Rpow_mult_distr. auto.
  - intros c S. rewrite <- Curve by exact S. auto.
  - intros c S. rewrite <- Out, <- Back by exact S. apply by_squares; auto.
Qed.

Lemma compare_network_full_change {H : space} (D_m beta_m u_m w_m : R) (WTdbeta dWTdelta : H) :
  0 <= u_m -> 0 <= D_m -> 0 <= w_m -> 0 <= beta_m -> inner dWTdelta dWTdelta <= D_m ^ 2 * u_m ^ 2 ->
  inner WTdbeta WTdbeta <= beta_m ^ 2 * w_m ^ 2 ->
  inner WTdbeta WTdbeta + inner dWTdelta dWTdelta + 2 * inner WTdbeta dWTdelta <= (D_m * u_m + beta_m * w_m) ^ 2.
Proof.
  intros Hu HD Hw Hb Ld Lb. replace (D_m * u_m + beta_m * w_m) with (w_m * beta_m + u_m * D_m) by ring.
  apply sum_squared, handed_on; (apply norm_le; [now apply Rmult_le_pos | rewrite Rpow_mult_distr; lra]).
Qed.

Lemma compare_network_sensitivity {H1 H2 H3 H4 H5 : space} (D_m X_m beta_m e_m : R) (dbeta : H1) (dbeta_x : H2)
  (delta : H3) (delta_dx : H2) (dx : H4) (x : H5) :
  0 <= X_m -> 0 <= D_m -> 0 <= e_m -> 0 <= beta_m -> inner dbeta dbeta <= beta_m ^ 2 -> inner x x <= X_m ^ 2 ->
  inner dx dx <= e_m ^ 2 -> inner delta delta <= D_m ^ 2 -> inner dbeta_x dbeta_x <= inner dbeta dbeta * inner x x ->
  inner delta_dx delta_dx <= inner delta delta * inner dx dx ->
  inner dbeta_x dbeta_x + inner delta_dx delta_dx + 2 * inner dbeta_x delta_dx <= (D_m * e_m + X_m * beta_m) ^ 2.
Proof.
  intros HX HD He Hb Lb Lx Le Ld P Q. replace (D_m * e_m + X_m * beta_m) with (beta_m * X_m + D_m * e_m) by ring.
  apply sum_squared, (direction_change dbeta_x delta_dx dbeta x delta dx); auto using norm_le.
  - rewrite Rmult_comm. apply short_by_squares; [apply norm_nonneg|]. rewrite norm_sq. lra.
  - rewrite Rmult_comm. apply short_by_squares; [apply norm_nonneg|]. rewrite norm_sq. lra.
Qed.

Lemma compare_network_rows (stage_gap stage_moves : R) :
  0 <= stage_gap -> stage_gap <= stage_moves -> stage_gap ^ 2 <= stage_moves ^ 2.
Proof. intros Hg L. apply stage_square. lra. Qed.

Lemma compare_network_smooth (TS : Type) (Stg : functional TS) {H : space} (L : R) (stage_gap stage_moves : TS -> R)
  (Su gap : lift Stg (fun _ => real_space)) (moved_stages : H) :
  (forall m, support Stg m -> stage_gap m = (gap m : R)) -> (forall m, support Stg m -> stage_moves m = (Su m : R)) ->
  (forall m, support Stg m -> 0 <= stage_gap m) -> (forall m, support Stg m -> stage_gap m <= stage_moves m) ->
  inner Su Su <= inner moved_stages moved_stages * L ^ 2 -> inner gap gap <= inner moved_stages moved_stages * L ^ 2.
Proof.
  intros Gap Moves Pos Le HL. rewrite <- (pow2_abs L) in *.
  replace (inner moved_stages moved_stages * Rabs L ^ 2) with ((Rabs L * norm moved_stages) ^ 2)
    by (rewrite Rpow_mult_distr, norm_sq; ring).
  apply squared, (gap_at_most Stg gap Su); [|apply short_by_squares; [apply Rabs_pos | exact HL]].
  intros m Hm. rewrite <- Gap, <- Moves by exact Hm. auto.
Qed.

(** * All stages *)

Lemma compare_network_depth (X_m : R) (bound distance e_bound input_change : nat -> R) (p0 : R)
  (pull push size weight : nat -> R) :
  size 0%nat = X_m -> (forall k, size (S k) = pull k * size k) ->
  bound 0%nat = X_m -> (forall k, bound (S k) = bound k * p0 * weight k) ->
  input_change 0%nat = 0 ->
  (forall k, input_change (S k) = push k * (distance k * size k + input_change k * weight k)) ->
  e_bound 0%nat = 0 -> (forall k, e_bound (S k) = p0 * (bound k * distance k + e_bound k * weight k)) ->
  0 <= p0 -> (forall k, 0 <= pull k) -> (forall k, pull k <= p0 * weight k) -> (forall k, 0 <= push k) ->
  (forall k, push k <= p0) -> (forall k, 0 <= weight k) -> (forall k, 0 <= distance k) -> 0 <= X_m ->
  (forall k, size k <= bound k) /\ (forall k, input_change k <= e_bound k).
Proof.
  intros S0 Sk B0 Bk C0 Ck E0 Ek Hp Pull Pull' Push Push' Hw Hd HX.
  assert (B : forall k, bound k = size_bound p0 X_m weight k).
  { induction k as [|k IH]; simpl; [exact B0 | now rewrite Bk, IH]. }
  assert (E : forall k, e_bound k = change_bound p0 X_m weight distance k).
  { induction k as [|k IH]; simpl; [exact E0 | now rewrite Ek, IH, B]. }
  assert (Sp : forall k, 0 <= size k).
  { induction k as [|k IH]; [rewrite S0; exact HX | rewrite Sk; now apply Rmult_le_pos]. }
  assert (Cp : forall k, 0 <= input_change k).
  { induction k as [|k IH]; [rewrite C0; lra|]. rewrite Ck. apply Rmult_le_pos; [auto|].
    apply Rplus_le_le_0_compat; apply Rmult_le_pos; auto. }
  assert (All : forall k, size k <= size_bound p0 X_m weight k /\ input_change k <= change_bound p0 X_m weight
    distance k).
  { apply at_every_depth; auto.
    - rewrite S0. lra.
    - intros k. split; [apply Sp|]. rewrite Sk. now apply Rmult_le_compat_r.
    - intros k. split; [apply Cp|]. rewrite Ck. apply Rmult_le_compat_r; [|apply Push'].
      apply Rplus_le_le_0_compat; apply Rmult_le_pos; auto. }
  split; intros k; [rewrite B | rewrite E]; apply All.
Qed.

Lemma compare_network_dominance (beta_m : R) (distance far message near : nat ->
  R) (p0 p1 : R) (weight zeta_m : nat -> R) :
  near 0%nat = beta_m ->
  (forall k, near (S k) = near k * p0 * weight k + message k * p1 * weight k * zeta_m k) ->
  far 0%nat = beta_m ->
  (forall k, far (S k) = p0 * (distance k * message k + far k * weight k) + message k * p1 * weight k * zeta_m k) ->
  0 <= p0 -> (forall k, 0 <= weight k) -> (forall k, 0 <= message k) -> (forall k, 0 <= distance k) ->
  forall k, near k <= far k.
Proof.
  intros N0 Nk F0 Fk Hp Hw Hm Hd. apply (fewer_terms_less p0 weight distance Hp Hw Hd p1 message zeta_m); auto.
  rewrite N0, F0. lra.
Qed.

(** * Pipeline schedules *)

Lemma compare_pipeline_collisions (M k m other : R) :
  0 <= (M + other + (-1) * k + (-1) * m) * (1 + M + other + (-1) * k + (-1) * m) ->
  1 <= (1 + (-2) * k + (-2) * m + 2 * M + 2 * other) ^ 2.
Proof.
  intros Whole. replace (1 + (-2) * k + (-2) * m + 2 * M + 2 * other) with (backward_slot M other m - forward_slot k m)
    by (unfold backward_slot, forward_slot; ring). apply passes_apart. lra.
Qed.

Lemma compare_pipeline_lags_inside (M k m other : R) :
  1 <= k + (-1) * other -> k + (-1) * other <= M + (-1) * m ->
  ((-1) + m + 2 * k < (-1) * m + 2 * M + 2 * other) /\ ((-1) * m + 2 * M + 2 * other < (-1) * m + 2 * M + 2 * k).
Proof.
  intros L U. replace ((-1) + m + 2 * k) with (forward_slot k m) by (unfold forward_slot; ring).
  replace ((-1) * m + 2 * M + 2 * other) with (backward_slot M other m) by (unfold backward_slot; ring).
  replace ((-1) * m + 2 * M + 2 * k) with (backward_slot M k m) by (unfold backward_slot; ring).
  apply lag_between. lra.
Qed.

Lemma compare_pipeline_lags (M k m other : R) :
  0 <= (M + other + (-1) * k + (-1) * m) * (1 + M + other + (-1) * k + (-1) * m) ->
  (-1) + m + 2 * k < (-1) * m + 2 * M + 2 * other -> (-1) * m + 2 * M + 2 * other < (-1) * m + 2 * M + 2 * k ->
  0 <= (k + (-1) * other) * ((-1) + k + (-1) * other) ->
  (1 <= k + (-1) * other) /\ (k + (-1) * other <= M + (-1) * m).
Proof.
  intros Whole A B Whole'. replace (k + (-1) * other) with (k - other) by ring.
  replace (M + (-1) * m) with (M - m) by ring.
  apply between_lag; [lra | lra|]. unfold backward_slot, forward_slot. lra.
Qed.

Lemma compare_pipeline_count (counted : nat -> R) :
  counted 0%nat = 0 -> (forall j, counted (S j) = 1 + counted j) -> forall j, counted j = INR j.
Proof.
  intros Start Next j. rewrite <- (count_all j) at 2. induction j as [|j IH]; [exact Start|].
  rewrite Next, IH. cbn [count]. rewrite plus_INR. simpl (INR 1). ring.
Qed.

Lemma compare_pipeline_density (M N k m : R) :
  1 <= m -> m <= M -> 0 <= k -> k <= (-1) + N ->
  (0 <= (-1) + m + 2 * k) /\ ((-1) * m + 2 * M + 2 * k <= (-3) + 2 * M + 2 * N) /\
  ((-1) + m + 2 * k <= (-3) + 2 * M + 2 * N) /\
  (2 * N * / ((-2) + 2 * M + 2 * N) = N * / ((-1) + M + N)) /\ (1 + (-1) * / N * ((-1) + M) <= N * / ((-1) + M + N)).
Proof.
  intros H1 H2 H3 H4. destruct (asynchronous_share M N k m ltac:(lra) ltac:(lra)) as ([A A'] & B & C & D).
  replace ((-1) + m + 2 * k) with (forward_slot k m) by (unfold forward_slot; ring).
  replace ((-1) * m + 2 * M + 2 * k) with (backward_slot M k m) by (unfold backward_slot; ring).
  replace ((-3) + 2 * M + 2 * N) with (2 * (N + M - 1) - 1) by ring.
  replace ((-2) + 2 * M + 2 * N) with (2 * (N + M - 1)) by ring. replace ((-1) + M + N) with (N + M - 1) by ring.
  replace (1 + (-1) * / N * ((-1) + M)) with (1 - (M - 1) / N) by (unfold Rdiv; ring).
  exact (conj A (conj B (conj A' (conj C D)))).
Qed.

Lemma compare_pipeline_synchronous (B M : R) :
  1 <= B -> 1 <= M -> (2 * B * / ((-2) + 2 * B + 2 * M) = B * / ((-1) + B + M)) /\ (B * / ((-1) + B + M) <= 1).
Proof.
  intros HB HM. replace ((-2) + 2 * B + 2 * M) with (2 * (M + B - 1)) by ring.
  replace ((-1) + B + M) with (M + B - 1) by ring. exact (synchronous_share M B HM HB).
Qed.

Lemma compare_pipeline_sequential (M N : R) : 1 <= M -> 1 <= N -> 2 * N * / (2 * M + 2 * M * ((-1) + N)) = / M.
Proof.
  intros HM HN. replace (2 * M + 2 * M * ((-1) + N)) with (2 * M * N) by ring. exact (sequential_share M N HM HN).
Qed.
