(** The families of devices, each with its gamma, gain and l in closed form (docs/theory.md#devices).

    s = w_max / tau throughout, and a family's device is [update] of its two responses unless it is more than that. *)

From Coq Require Import Reals Lra Psatz.
From Analog Require Import Device Response LogRatio.
Local Open Scope R_scope.

Lemma ratio_within tau s w : 0 < tau -> Rabs w <= s * tau -> - s <= w / tau <= s.
Proof. intros T W. apply within, saturation_ratio; assumption. Qed.

(** The linear device: gamma = s, gain 1. *)
Theorem linear_family s : gamma_of (1 - s) (1 + s) = s /\ gain_of (1 - s) (1 + s) = 1.
Proof. unfold gamma_of, gain_of. split; field; lra. Qed.

(** An element with its own saturation and symmetric point: the linear device about c. *)
Definition shifted_point (tau c w D : R) : R := c + ald tau (w - c) D.

Theorem own_point_responds tau c reach rho w D :
  0 < tau -> Rabs w <= reach -> (reach + Rabs c) / tau <= rho -> responds (shifted_point tau c) 1 rho w D.
Proof.
  intros T W Q. unfold responds, shifted_point.
  assert (Sat : Rabs (w - c) <= rho * tau).
  { apply Rle_trans with (reach + Rabs c).
    - pose proof (Rabs_triang w (- c)) as A. rewrite Rabs_Ropp in A. unfold Rminus. lra.
    - apply Rmult_le_compat_r with (r := tau) in Q; [|lra]. unfold Rdiv in Q. rewrite Rmult_assoc, Rinv_l in Q; lra. }
  pose proof (ald_distortion tau rho (w - c) D T Sat) as A.
  replace (c + ald tau (w - c) D - (w + 1 * D)) with (ald tau (w - c) D - (w - c + D)) by ring. now rewrite Rmult_1_l.
Qed.

(** Power: (1 - w/tau)^e and (1 + w/tau)^e; each may have its own exponent. *)
Definition power_up (tau e w : R) : R := Rpower (1 - w / tau) e.
Definition power_down (tau e w : R) : R := Rpower (1 + w / tau) e.

Lemma power_ratio a b e : 0 < a -> 0 < b -> log_ratio (Rpower a e) (Rpower b e) = e * log_ratio a b.
Proof.
  intros A B. unfold log_ratio, Rpower.
  replace (exp (e * ln b) / exp (e * ln a)) with (exp (e * ln b + - (e * ln a))).
  - rewrite ln_exp. unfold Rdiv. rewrite ln_mult, ln_Rinv by (try apply Rinv_0_lt_compat; assumption). field.
  - rewrite exp_plus, exp_Ropp. reflexivity.
Qed.

(** gamma = tanh (e artanh s); at one weight, with X = w/tau for s, gamma_loc. *)
Theorem power_family s e : -1 < s < 1 ->
  gamma_of (Rpower (1 - s) e) (Rpower (1 + s) e) = tanh (e * artanh s).
Proof.
  intros S. rewrite gamma_is_tanh by apply exp_pos. unfold artanh. now rewrite power_ratio by lra.
Qed.

Lemma power_between s e m X : 0 <= s < 1 -> 0 <= e <= m -> - s <= X <= s ->
  Rpower (1 - s) m <= Rpower (1 + X) e <= Rpower (1 + s) m.
Proof.
  intros S M HX.
  assert (Up : forall x, 1 <= x -> Rpower x e <= Rpower x m).
  { intros x H. destruct (Req_dec x 1) as [->|N].
    - unfold Rpower. rewrite ln_1, !Rmult_0_r. lra.
    - apply Rle_Rpower; lra. }
  assert (Low : Rpower (1 - s) m <= Rpower (1 - s) e).
  { assert (L : ln (1 - s) <= 0).
    { rewrite <- ln_1. destruct (Req_dec s 0) as [->|N]; [rewrite Rminus_0_r; lra|]. left. apply ln_increasing; lra. }
    assert (Q : m * ln (1 - s) <= e * ln (1 - s)) by nra. unfold Rpower.
    destruct (Req_dec (m * ln (1 - s)) (e * ln (1 - s))) as [->|N]; [lra|]. left. apply exp_increasing. lra. }
  split.
  - apply Rle_trans with (1 := Low). apply Rle_Rpower_l; lra.
  - apply Rle_trans with (2 := Up (1 + s) ltac:(lra)). apply Rle_Rpower_l; lra.
Qed.

Theorem power_responds tau s up down w D :
  0 < tau -> 0 <= s < 1 -> 0 <= up -> 0 <= down -> Rabs w <= s * tau ->
  let e := Rmax up down in
  responds (update (power_up tau up) (power_down tau down))
    ((Rpower (1 + s) e + Rpower (1 - s) e) / 2) (tanh (e * artanh s)) w D.
Proof.
  intros T S U L W e. pose proof (Rmax_l up down). pose proof (Rmax_r up down).
  apply ratio_within in W; [|exact T]. rewrite <- power_family by lra.
  apply (responses_respond (power_up tau up) (power_down tau down)); [apply exp_pos | |].
  - unfold power_up. replace (1 - w / tau) with (1 + - (w / tau)) by ring. apply power_between; unfold e; lra.
  - apply power_between; unfold e; lra.
Qed.

(** Exponential: (1 - e^(-c (1 - w/tau))) / (1 - e^-c), and mirrored. *)
Definition bent (c x : R) : R := (1 - exp (- (c * x))) / (1 - exp (- c)).
Definition exponential_up (tau c w : R) : R := bent c (1 - w / tau).
Definition exponential_down (tau c w : R) : R := bent c (1 + w / tau).

Lemma exp_le x y : x <= y -> exp x <= exp y.
Proof. intros [L|E]; [left; now apply exp_increasing | rewrite E; lra]. Qed.

Lemma bent_rises c x y : c <> 0 -> x <= y -> bent c x <= bent c y.
Proof.
  intros C L. unfold bent, Rdiv. destruct (Rlt_le_dec 0 c) as [P|N].
  - assert (exp (- c) < 1) by (rewrite <- exp_0; apply exp_increasing; lra).
    apply Rmult_le_compat_r; [left; apply Rinv_0_lt_compat; lra|].
    assert (exp (- (c * y)) <= exp (- (c * x))) by (apply exp_le; nra). lra.
  - assert (1 < exp (- c)) by (rewrite <- exp_0; apply exp_increasing; lra).
    assert (exp (- (c * x)) <= exp (- (c * y))) by (apply exp_le; nra).
    assert (/ (1 - exp (- c)) < 0) by (apply Rinv_lt_0_compat; lra). nra.
Qed.

Lemma bent_pos c x : c <> 0 -> 0 < x -> 0 < bent c x.
Proof.
  intros C P. unfold bent, Rdiv. destruct (Rlt_le_dec 0 c) as [Q|N].
  - assert (exp (- c) < 1) by (rewrite <- exp_0; apply exp_increasing; lra).
    assert (exp (- (c * x)) < 1) by (rewrite <- exp_0; apply exp_increasing; nra).
    apply Rmult_lt_0_compat; [lra | apply Rinv_0_lt_compat; lra].
  - assert (1 < exp (- c)) by (rewrite <- exp_0; apply exp_increasing; lra).
    assert (1 < exp (- (c * x))) by (rewrite <- exp_0; apply exp_increasing; nra).
    assert (/ (1 - exp (- c)) < 0) by (apply Rinv_lt_0_compat; lra). nra.
Qed.

Lemma exp_not_1 c : c <> 0 -> exp c <> 1.
Proof.
  intros C E. destruct (Rtotal_order c 0) as [N|[Z|P]]; [|contradiction|].
  - apply exp_increasing in N. rewrite exp_0 in N. lra.
  - apply exp_increasing in P. rewrite exp_0 in P. lra.
Qed.

Lemma bent_at c x : c <> 0 -> bent c (1 + x) = (exp c - exp (- (c * x))) / (exp c - 1).
Proof.
  intros C. pose proof (exp_not_1 c C) as N. pose proof (exp_pos c). unfold bent.
  replace (- (c * (1 + x))) with (- c + - (c * x)) by ring. rewrite exp_plus, exp_Ropp.
  field. repeat split; lra.
Qed.

(** gamma = sinh (c s) / (e^c - cosh (c s)), gain (e^c - cosh (c s)) / (e^c - 1); at one weight X for s, gamma_loc. *)
Theorem exponential_family s c : c <> 0 -> -1 < s < 1 ->
  gamma_of (bent c (1 - s)) (bent c (1 + s)) = sinh (c * s) / (exp c - cosh (c * s)) /\
  gain_of (bent c (1 - s)) (bent c (1 + s)) = (exp c - cosh (c * s)) / (exp c - 1).
Proof.
  intros C S. pose proof (exp_not_1 c C) as N.
  assert (Sum : bent c (1 - s) + bent c (1 + s) = 2 * (exp c - cosh (c * s)) / (exp c - 1)).
  { replace (1 - s) with (1 + - s) by ring. rewrite !bent_at by exact C. unfold cosh.
    replace (- (c * - s)) with (c * s) by ring. field. lra. }
  assert (Diff : bent c (1 + s) - bent c (1 - s) = 2 * sinh (c * s) / (exp c - 1)).
  { replace (1 - s) with (1 + - s) by ring. rewrite !bent_at by exact C. unfold sinh.
    replace (- (c * - s)) with (c * s) by ring. field. lra. }
  assert (P : 0 < bent c (1 - s) + bent c (1 + s)).
  { pose proof (bent_pos c (1 - s) C). pose proof (bent_pos c (1 + s) C). lra. }
  assert (Z : exp c - cosh (c * s) <> 0).
  { intros Z. rewrite Sum, Z in P. unfold Rdiv in P. lra. }
  unfold gamma_of, gain_of. rewrite (Rplus_comm (bent c (1 + s))), Sum, Diff. split; field; [split; [exact Z|]|]; lra.
Qed.

Theorem exponential_responds tau s c w D :
  0 < tau -> 0 <= s < 1 -> c <> 0 -> Rabs w <= s * tau ->
  responds (update (exponential_up tau c) (exponential_down tau c))
    ((exp c - cosh (c * s)) / (exp c - 1)) (sinh (c * s) / (exp c - cosh (c * s))) w D.
Proof.
  intros T S C W. destruct (exponential_family s c C) as [<- <-]; [lra|]. apply ratio_within in W; [|exact T].
  apply (responses_respond (exponential_up tau c) (exponential_down tau c));
    [apply bent_pos; [exact C | lra] | |]; split; apply bent_rises; auto; lra.
Qed.

(** Shifted linear: u (1 - w/tau) and d (1 + w/tau), dl = |u - d| / (u + d): l = artanh s + artanh dl. *)
Definition slanted_up (tau u w : R) : R := u * (1 - w / tau).
Definition slanted_down (tau d w : R) : R := d * (1 + w / tau).

Theorem shifted_family s less more :
  0 <= s < 1 -> 0 < less -> less <= more ->
  let dl := (more - less) / (more + less) in
  gamma_of (less * (1 - s)) (more * (1 + s)) = (s + dl) / (1 + s * dl) /\
  log_ratio (less * (1 - s)) (more * (1 + s)) = artanh s + artanh dl.
Proof.
  intros S P L dl. split.
  - unfold gamma_of, dl. field. repeat split; nra.
  - rewrite log_ratio_adds by lra. rewrite Rplus_comm. f_equal. unfold artanh.
    assert (C : 0 < (more + less) / 2) by lra.
    rewrite <- (scaled_ratio ((more + less) / 2) (1 - dl)); try exact C.
    + f_equal; unfold dl; field; lra.
    + unfold dl. replace (1 - (more - less) / (more + less)) with (2 * less / (more + less)) by (field; lra).
      apply Rdiv_lt_0_compat; lra.
    + unfold dl. replace (1 + (more - less) / (more + less)) with (2 * more / (more + less)) by (field; lra).
      apply Rdiv_lt_0_compat; lra.
Qed.

Theorem shifted_responds tau s u d w D :
  0 < tau -> 0 <= s < 1 -> 0 < u -> 0 < d -> Rabs w <= s * tau ->
  let dl := Rabs (u - d) / (u + d) in
  responds (update (slanted_up tau u) (slanted_down tau d))
    ((Rmax u d * (1 + s) + Rmin u d * (1 - s)) / 2) ((s + dl) / (1 + s * dl)) w D.
Proof.
  intros T S U L W dl. apply ratio_within in W; [|exact T].
  assert (E : dl = (Rmax u d - Rmin u d) / (Rmax u d + Rmin u d)).
  { unfold dl, Rmax, Rmin. destruct (Rle_dec u d) as [Q|Q].
    - rewrite Rabs_left1 by lra. field. lra.
    - rewrite Rabs_pos_eq by lra. reflexivity. }
  pose proof (Rmax_l u d). pose proof (Rmax_r u d). pose proof (Rmin_l u d). pose proof (Rmin_r u d).
  assert (0 < Rmin u d) by now apply Rmin_glb_lt.
  destruct (shifted_family s (Rmin u d) (Rmax u d)) as [G _]; try lra. rewrite E, <- G.
  apply (responses_respond (slanted_up tau u) (slanted_down tau d)); [nra | |];
    unfold slanted_up, slanted_down; split; apply Rmult_le_compat; lra.
Qed.

(** gamma_loc of the shifted linear device at X = w/tau. *)
Theorem shifted_local X u d : -1 < X < 1 -> 0 < u -> 0 < d ->
  gamma_of (u * (1 - X)) (d * (1 + X)) = tanh (artanh X - artanh ((u - d) / (u + d))).
Proof.
  intros HX U D. rewrite gamma_is_tanh by nra. f_equal. rewrite log_ratio_adds by lra.
  enough (E : artanh ((u - d) / (u + d)) = - log_ratio u d) by (rewrite E; unfold artanh; ring).
  unfold artanh, log_ratio.
  replace ((1 + (u - d) / (u + d)) / (1 - (u - d) / (u + d))) with (/ (d / u)) by (field; repeat split; lra).
  rewrite ln_Rinv by (apply Rdiv_lt_0_compat; assumption). field.
Qed.

(** Constant step with hard bounds: exact where no increment is clipped, and no gamma < 1 where one is. *)
Definition clipped (bound w D : R) : R := Rmax (- bound) (Rmin bound (w + D)).

Theorem constant_step bound w D : Rabs w + Rabs D <= bound -> responds (clipped bound) 1 0 w D.
Proof.
  intros B. pose proof (Rabs_triang w D) as T. assert (W : Rabs (w + D) <= bound) by lra. apply within in W.
  unfold responds, clipped. rewrite Rmin_right, Rmax_right by lra.
  replace (w + D - (w + 1 * D)) with 0 by ring. rewrite Rabs_R0. lra.
Qed.

Theorem constant_step_clipped bound D gain gamma :
  0 <= bound -> 0 < D -> 0 < gain -> responds (clipped bound) gain gamma bound D -> 1 <= gamma.
Proof.
  intros B P G. unfold responds, clipped. rewrite Rmin_left, Rmax_right by lra.
  replace (bound - (bound + gain * D)) with (- (gain * D)) by ring.
  assert (0 < gain * D) by nra. rewrite Rabs_Ropp, !Rabs_pos_eq by lra. nra.
Qed.

(** Gain spread: every element has its own factor g in [g-, g+]. *)
Theorem spread_responds up down least most few many g w D :
  0 < least -> 0 < few -> few <= g <= many -> least <= up w <= most -> least <= down w <= most ->
  responds (update (fun w => g * up w) (fun w => g * down w))
    (gain_of (few * least) (many * most)) (gamma_of (few * least) (many * most)) w D /\
  log_ratio (few * least) (many * most) = log_ratio least most + log_ratio few many.
Proof.
  intros P F G U L. split.
  - apply (responses_respond (fun w => g * up w) (fun w => g * down w)); [nra | |]; split; apply Rmult_le_compat; lra.
  - rewrite log_ratio_adds by lra. ring.
Qed.

(** * Trains of pulses *)

(** The mean response of a train falls with its length. *)
Lemma response_falls y Y : 0 < y -> y <= Y -> response Y <= response y.
Proof.
  intros P L. unfold response.
  (* exp is convex: e^-y lies below the chord from 0 to -Y *)
  assert (Tangent : forall u, exp (- y) * (1 + (u + y)) <= exp u).
  { intros u. replace u with (- y + (u + y)) at 2 by ring. rewrite exp_plus.
    apply Rmult_le_compat_l; [left; apply exp_pos | apply exp_ineq1_le]. }
  pose proof (Tangent 0) as T0. pose proof (Tangent (- Y)) as T1. rewrite exp_0 in T0.
  apply Rmult_le_reg_r with (y * Y); [nra|].
  replace ((1 - exp (- Y)) / Y * (y * Y)) with ((1 - exp (- Y)) * y) by (field; lra).
  replace ((1 - exp (- y)) / y * (y * Y)) with ((1 - exp (- y)) * Y) by (field; lra).
  apply Rmult_le_compat_l with (r := Y - y) in T0; [|lra]. apply Rmult_le_compat_l with (r := y) in T1; [|lra]. lra.
Qed.

Theorem train_family s ph :
  0 <= s < 1 -> 0 < ph <= 1 ->
  let e := (1 - ph) / (1 + ph) in
  gamma_of ((1 - s) * ph) (1 + s) = (s + e) / (1 + s * e) /\
  log_ratio ((1 - s) * ph) (1 + s) = artanh s + ln (1 / ph) / 2.
Proof.
  intros S P e. split.
  - unfold gamma_of, e. field. repeat split; nra.
  - rewrite <- (Rmult_1_r (1 + s)), log_ratio_adds by lra. reflexivity.
Qed.

(** Increments up to Y tau. *)
Theorem train_responds tau s Y w D :
  0 < tau -> 0 <= s < 1 -> Rabs w <= s * tau -> 0 < Y -> Rabs D <= Y * tau ->
  let ph := response Y in let e := (1 - ph) / (1 + ph) in
  responds (train tau) (((1 + s) + (1 - s) * ph) / 2) ((s + e) / (1 + s * e)) w D.
Proof.
  intros T S W HY HD ph e. pose proof (response_range Y HY) as Q. fold ph in Q.
  destruct (train_family s ph S Q) as [G _]. fold e in G. rewrite <- G. unfold responds.
  destruct (Req_dec D 0) as [->|N].
  - unfold train. destruct (Rle_dec 0 0) as [_|Z]; [|exfalso; apply Z; lra].
    rewrite Rabs_R0. unfold Rdiv. rewrite Rmult_0_l, Ropp_0, exp_0.
    match goal with |- Rabs ?x <= _ => replace x with 0 by ring end. rewrite Rabs_R0. lra.
  - destruct (pulse_train tau s w D T S N W) as (r & E & Low & High). cbv zeta in Low.
    assert (Short : Rabs D / tau <= Y).
    { apply Rmult_le_reg_r with tau; [exact T|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l; lra. }
    assert (Some : 0 < Rabs D / tau) by (apply Rdiv_lt_0_compat; [now apply Rabs_pos_lt | exact T]).
    pose proof (response_falls _ Y Some Short) as F. fold ph in F.
    assert (B : (1 - s) * ph <= r <= 1 + s).
    { split; [|exact High]. apply Rle_trans with (2 := Low). apply Rmult_le_compat_l; lra. }
    pose proof (responses_respond (fun _ => r) (fun _ => r) ((1 - s) * ph) (1 + s) w D ltac:(nra) B B) as R0.
    unfold responds, update, gain_of in R0. replace (train tau w D) with (w + D * r) by lra.
    destruct (Rle_dec 0 D); exact R0.
Qed.

Lemma rising f f' x : 0 <= x -> (forall t, derivable_pt_lim f t (f' t)) -> (forall t, 0 <= t -> 0 <= f' t) -> f 0 <= f x.
Proof.
  intros [P|<-] D N; [|lra]. destruct (MVT_cor2 f f' 0 x P (fun c _ => D c)) as (c & E & C).
  pose proof (N c ltac:(lra)). nra.
Qed.

Lemma sinh_above x : 0 <= x -> x <= sinh x.
Proof.
  intros P. pose proof (rising (fun t => sinh t - t) (fun t => cosh t - 1) x P) as R.
  cbv beta in R. rewrite sinh_0 in R.
  enough (0 - 0 <= sinh x - x) by lra. apply R.
  - intros t. apply derivable_pt_lim_minus; [apply derivable_pt_lim_sinh | apply derivable_pt_lim_id].
  - intros t _. unfold cosh. rewrite exp_Ropp. pose proof (exp_pos t) as Q. set (u := exp t) in *.
    replace ((u + / u) / 2 - 1) with ((u - 1) ^ 2 * / (2 * u)) by (field; lra).
    apply Rmult_le_pos; [apply pow2_ge_0 | left; apply Rinv_0_lt_compat; lra].
Qed.

Lemma cosh_pos x : 0 < cosh x.
Proof. unfold cosh. pose proof (exp_pos x). pose proof (exp_pos (- x)). lra. Qed.

Lemma tanh_below x : 0 <= x -> tanh x <= x.
Proof.
  intros P. pose proof (cosh_pos x) as C. unfold tanh. apply Rmult_le_reg_r with (cosh x); [exact C|].
  unfold Rdiv. rewrite Rmult_assoc, Rinv_l, Rmult_1_r by lra.
  pose proof (rising (fun t => t * cosh t - sinh t) (fun t => (1 * cosh t + t * sinh t) - cosh t) x P) as R.
  cbv beta in R. rewrite sinh_0, Rmult_0_l in R. enough (0 - 0 <= x * cosh x - sinh x) by lra. apply R.
  - intros t. apply derivable_pt_lim_minus; [|apply derivable_pt_lim_sinh].
    apply (derivable_pt_lim_mult (fun t => t) cosh); [apply derivable_pt_lim_id | apply derivable_pt_lim_cosh].
  - intros t Ht. pose proof (sinh_above t Ht). nra.
Qed.

(** What trains of length Y add to the distortion: at most Y/4. *)
Theorem train_excess Y : 0 < Y -> (1 - response Y) / (1 + response Y) <= Y / 4.
Proof.
  intros P. pose proof (response_range Y P) as Q. set (ph := response Y) in *.
  apply Rle_trans with (tanh (Y / 4)); [|apply tanh_below; lra].
  assert (K : exp (- (Y / 2)) <= ph).
  { pose proof (sinh_above (Y / 2) ltac:(lra)) as H. unfold sinh in H. unfold ph, response.
    apply Rmult_le_reg_r with (Y * exp (Y / 2)); [apply Rmult_lt_0_compat; [exact P | apply exp_pos]|].
    replace ((1 - exp (- Y)) / Y * (Y * exp (Y / 2))) with (exp (Y / 2) - exp (- Y) * exp (Y / 2)) by (field; lra).
    rewrite <- exp_plus. replace (- Y + Y / 2) with (- (Y / 2)) by field.
    replace (exp (- (Y / 2)) * (Y * exp (Y / 2))) with (Y * (exp (- (Y / 2)) * exp (Y / 2))) by ring.
    rewrite <- exp_plus, Rplus_opp_l, exp_0. lra. }
  pose proof (exp_pos (Y / 4)) as T. unfold tanh, sinh, cosh.
  replace (exp (- (Y / 2))) with (/ (exp (Y / 4) * exp (Y / 4))) in K
    by (rewrite <- exp_plus, <- exp_Ropp; f_equal; field).
  rewrite exp_Ropp. set (t := exp (Y / 4)) in *.
  assert (t2 : 0 < t * t) by nra.
  assert (K2 : 1 <= ph * (t * t)).
  { apply Rmult_le_compat_r with (r := t * t) in K; [|lra]. rewrite Rinv_l in K; lra. }
  replace ((t - / t) / 2 / ((t + / t) / 2)) with ((t * t - 1) / (t * t + 1)) by (field; nra).
  apply Rmult_le_reg_r with ((1 + ph) * (t * t + 1)); [nra|].
  replace ((1 - ph) / (1 + ph) * ((1 + ph) * (t * t + 1))) with ((1 - ph) * (t * t + 1)) by (field; lra).
  replace ((t * t - 1) / (t * t + 1) * ((1 + ph) * (t * t + 1))) with ((t * t - 1) * (1 + ph)) by (field; lra).
  lra.
Qed.

Print Assumptions train_responds.
Print Assumptions train_excess.
